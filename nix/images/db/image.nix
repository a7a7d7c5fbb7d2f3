# PostgreSQL on data that were made at build time.
{
  lib,
  busybox,
  buildShellScript,
  db,
  db-data,
  buildImage,
  image-layers,
  postgresql_17,
  python313,
  service,
  util-linuxMinimal,
}:
let
  health = buildShellScript {
    name = "db-health";
    runtimeInputs = [ postgresql_17 ];
    runtimeEnv.SERVICE_DATABASE = service.database;
    text = builtins.readFile ./health.sh;
  };
in
buildImage {
  name = "db";
  title = "database";
  layers = image-layers.shell ++ [
    { paths = [ postgresql_17 ]; }
    { paths = [ db-data ]; }
  ];
  entrypoint = [ (lib.getExe db) ];
  environment = {
    PGDATA = "/var/lib/postgresql/data";
    # `docker compose exec db psql …`
    PATH = lib.makeBinPath [
      postgresql_17
      busybox
    ];
  };
  copies = [ util-linuxMinimal ]; # flock
  user = "70:70";
  ports = [ "5432/tcp" ];
  volumes = [ "/var/lib/postgresql" ];
  health = lib.getExe health;
  forbidden = [ python313 ];
  # As in the official image: fast shutdown.
  stopSignal = "SIGINT";
}
