# What `nix develop .#tests` gives: the programs and variables of every suite of tests/, to run them
# by hand: nix develop .#tests -c pytest tests/server -k stop
{
  lib,
  callPackage,
  members,
  mkShellNoCC,
  platform-checks,
  checks,
  pythons,
  writeShellApplication,
}:
let
  # Also where the package set has no Kubernetes for its check.
  suites = [ (callPackage ../../checks/kubernetes/suite.nix { }) ] ++ map (check: check.suite) (
    builtins.filter (check: check ? suite) (
      lib.attrValues (members platform-checks) ++ lib.attrValues (members checks)
    )
  );
  pytest = writeShellApplication {
    name = "pytest";
    text = ''exec ${pythons.tests}/bin/python -EB ${../../cluster/scripts}/pytest_as_user.py "$@"'';
    meta.description = "pytest as a user: PostgreSQL and the images refuse root";
  };
in
mkShellNoCC (
  builtins.foldl' (all: suite: all // suite.variables) { } suites
  // {
    packages = [
      pytest
      pythons.tests
    ]
    ++ lib.concatMap (suite: suite.packages) suites;
  }
)
