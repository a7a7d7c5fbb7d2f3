# Both PostgreSQLs, and pg_upgrade, which runs and ends.
{
  lib,
  busybox,
  buildImage,
  coreutils,
  db-data,
  db-upgrade,
  image-layers,
  postgresql_17,
  python313,
  util-linuxMinimal,
}:
buildImage {
  name = "db-upgrade";
  title = "database upgrade";
  layers = image-layers.shell ++ [
    { paths = [ postgresql_17 ]; }
    { paths = [ db-upgrade.postgresql-old ]; }
  ];
  entrypoint = [ (lib.getExe db-upgrade) ];
  environment = {
    PGDATA = "/var/lib/postgresql/data";
    BACKUP_DIR = "/var/lib/backup";
    PATH = lib.makeBinPath [
      db-upgrade
      postgresql_17
      busybox
    ];
  };
  # flock and mv.
  copies = [
    coreutils
    util-linuxMinimal
  ];
  # pg_upgrade starts its programs by a shell.
  links."/bin/sh" = "${busybox}/bin/busybox";
  user = "70:70"; # db's
  volumes = [
    "/var/lib/backup"
    "/var/lib/postgresql"
  ];
  forbidden = [
    db-data
    python313
  ];
}
