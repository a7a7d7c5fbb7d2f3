# Barman beside the database, and its restores. docs/variables.md has the variables.
{
  age,
  buildShellScript,
  postgresql_17,
  pythons,
  rclone,
  rsync,
}:
let
  fetch = buildShellScript {
    name = "fetch-wal";
    text = builtins.readFile ./fetch-wal.sh;
  };
  # Barman asks it whether a segment is encrypted. Ours never are, and the real one has 10 MB.
  file = buildShellScript {
    name = "file";
    text = "echo data";
  };
  # What the Python package needs beside Python; its unit tests have it, too.
  programs = [
    age
    file
    postgresql_17
    rclone
    rsync
  ];
  runtimeEnv = {
    BACKUP_FETCH = "${fetch}/bin/fetch-wal";
    BACKUP_PG_HBA = "${../db/pg_hba.conf}";
    BACKUP_POSTGRESQL_CONF = "${../db/postgresql.conf}";
  };
in
buildShellScript {
  name = "service-backup";
  runtimeInputs = [ pythons.backup ] ++ programs;
  inherit runtimeEnv;
  text = ''exec python3.13 -P -m backup "$@"'';
  passthru = {
    inherit programs runtimeEnv;
  };
  meta.description = "Base backups and a stream of the log, and restores";
}
