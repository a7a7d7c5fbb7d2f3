# A PostgreSQL data directory with the migrations and fixtures applied and an
# empty test database: a cluster serves it without migrating.
{
  runCommand,
  postgresql_17,
  libfaketime,
  pythons,
  service,
  trees,
  template,
}:
runCommand "db-data"
  (
    service.environment
    // {
      nativeBuildInputs = [ pythons.server ];
      # That of the machine that will serve the data, and not of the one that builds.
      postgresql = postgresql_17;
      project = trees.migrations;
      inherit (service) database fixtures;
      inherit libfaketime;
      configuration = ./postgresql.conf;
      authentication = ./pg_hba.conf;
      roles = template + "/chassis/chassis/roles";
    }
  )
  ''
    bash ${./build.sh}
  ''
