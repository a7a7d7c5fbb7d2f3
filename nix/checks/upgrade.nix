# A database of an older PostgreSQL becomes one of this version, whatever ends on the way; and
# its backups go on.
{
  backup,
  bubblewrap,
  db,
  db-upgrade,
  postgresql_17,
  buildSuiteCheck,
  template,
}:
buildSuiteCheck "upgrade" {
  packages = [
    backup
    bubblewrap
    db
    db-upgrade
    postgresql_17
  ];
  variables = {
    old = db-upgrade.postgresql-old;
    roles = template + "/chassis/chassis/roles";
  };
}
