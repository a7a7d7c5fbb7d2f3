# A PostgreSQL data directory with the migrations and fixtures applied and an
# empty test database: a cluster serves it without migrating.
{
  runCommand,
  postgresql_17,
  libfaketime,
  pythons,
}:
runCommand "templatesite-db-data"
  {
    nativeBuildInputs = [
      pythons.server
      postgresql_17
    ];
    source = (import ../sources.nix).migrations;
    inherit libfaketime;
    configuration = ./postgresql.conf;
    authentication = ./pg_hba.conf;
    serving_role = ../../src/templatesite/serving_role.sql;
  }
  ''
    bash ${./build.sh}
  ''
