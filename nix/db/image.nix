# PostgreSQL on data that were made at build time.
{
  lib,
  callPackage,
  db,
  postgresql_17,
}:
callPackage ../image.nix { } {
  name = "db";
  title = "templatesite database";
  entrypoint = [ (lib.getExe db) ];
  environment = {
    PGDATA = "/var/lib/postgresql/data";
  };
  user = "70:70";
  ports = [ "5432/tcp" ];
  volumes = [ "/var/lib/postgresql" ];
  # Over TCP: the socket answers while the start still sets the password.
  health = [
    "${postgresql_17}/bin/pg_isready"
    "--quiet"
    "--host=127.0.0.1"
    "--username=templatesite"
    "--dbname=templatesite"
  ];
  # As in the official image: fast shutdown.
  stopSignal = "SIGINT";
}
