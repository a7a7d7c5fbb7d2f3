# Barman, with the PostgreSQL that finishes a restore.
{
  lib,
  age,
  backup,
  busybox,
  buildImage,
  buildShellScript,
  db-data,
  image-layers,
  image-python-answers,
  postgresql_17,
  pythons,
  rclone,
  rsync,
}:
let
  health = image-python-answers {
    variable = "BACKUP_LISTEN";
    default = "0.0.0.0:9185";
    path = "/metrics";
  };

  # `docker compose exec backup list`: an engine's exec passes over the entry point.
  command = buildShellScript {
    name = "backup-command";
    text = ''exec ${lib.getExe backup} "''${0##*/}" "$@"'';
  };
  commands = map (name: "/bin/${name}") [
    "barman"
    "check"
    "copy"
    "fetch"
    "keygen"
    "list"
    "restore"
  ];
in
buildImage {
  name = "backup";
  title = "backup";
  layers = image-layers.shell ++ [
    { paths = [ postgresql_17 ]; }
    image-layers.interpreter
    (image-layers.packages pythons.backup)
    { paths = [ rsync ]; }
    {
      paths = [
        age
        rclone
      ];
    }
  ];
  entrypoint = [ (lib.getExe backup) ];
  environment = {
    PGDATA = "/var/lib/postgresql/data";
    BACKUP_DIR = "/var/lib/backup";
    # `docker compose exec backup df`, `… age`, and in /bin the commands
    PATH = "${
      lib.makeBinPath [
        age
        backup
        postgresql_17
        busybox
      ]
    }:/bin";
  };
  # PostgreSQL's restore_command is a line of shell.
  links = {
    "/bin/sh" = "${busybox}/bin/busybox";
  }
  // lib.genAttrs commands (_: lib.getExe command);
  user = "70:70"; # db's
  ports = [ "9185/tcp" ];
  volumes = [
    "/var/lib/backup"
    "/var/lib/postgresql"
  ];
  health = lib.getExe health;
  forbidden = [
    db-data
    pythons.server
  ];
}
