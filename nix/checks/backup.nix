# The drill: a database is destroyed and restored from its backups, and what happens to the stream.
{
  backup,
  db,
  postgresql_17,
  rclone,
  server,
  buildSuiteCheck,
}:
buildSuiteCheck "backup" {
  long = true;
  packages = [
    backup
    db
    postgresql_17
    (rclone.server or rclone) # a store elsewhere
    server
  ];
}
