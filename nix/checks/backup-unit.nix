# The unit tests of backup/, beside the real programs that it starts.
{
  buildCheck,
  postgresql_17,
  pythons,
  rsync,
  template,
}:
buildCheck "backup-unit"
  {
    nativeBuildInputs = [
      postgresql_17
      pythons.backup-test
      rsync
    ];
    source = template + "/backup";
    # What the image gives the program.
    BACKUP_PG_HBA = ../images/db/pg_hba.conf;
    BACKUP_POSTGRESQL_CONF = ../images/db/postgresql.conf;
    BACKUP_FETCH_SOURCE = ../images/backup/fetch-wal.sh;
  }
  ''
    cp -r --no-preserve=mode "$source" backup
    cd backup
    export PYTHONDONTWRITEBYTECODE=1
    python -m pytest -p no:cacheprovider --durations 5 \
      --cov --cov-report=term --cov-report="xml:$out/coverage.xml" \
      --junit-xml "$out/junit.xml"
  ''
