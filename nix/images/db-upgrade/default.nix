# The older PostgreSQL's data become this one's; upgrade.sh has its options.
{
  lib,
  buildShellScript,
  coreutils,
  db,
  postgresql_15,
  postgresql_17,
  runCommand,
  # The one before, which the package set has, too.
  postgresql-old ? postgresql_15,
}:
let
  # The shell's own exchanges no names. Only this program of its package.
  mv = runCommand "mv" { } ''
    mkdir -p $out/bin
    cp ${coreutils}/bin/mv $out/bin/mv
  '';
in
buildShellScript {
  name = "service-db-upgrade";
  runtimeInputs = [
    db.flock
    postgresql_17
  ];
  runtimeEnv = {
    CONFIGURATION = "${./.}";
    MV = "${mv}/bin/mv";
    NEW = postgresql_17;
    OLD = postgresql-old;
  };
  text = lib.concatMapStringsSep "\n" builtins.readFile [
    ../db/common.sh
    ./upgrade.sh
  ];
  passthru = { inherit postgresql-old; };
  meta.description = "The database of an older PostgreSQL becomes one of this version";
}
