# The system tests against the very cluster that `nix run` starts.
{
  callPackage,
  cluster,
  pythons,
}:
let
  reported = callPackage ./reported.nix { };
in
reported "cluster"
  {
    nativeBuildInputs = [
      cluster
      pythons.system-test
    ];
    tests = ../../system-tests;
  }
  ''
    cp -r "$tests" system-tests
    export SYSTEM_TEST_HOSTPORT=localhost:8080 SYSTEM_TEST_METRICS_HOSTPORT=localhost:9180 PYTHONDONTWRITEBYTECODE=1
    templatesite --log "$out/cluster.log" -- \
      python -m pytest -p no:cacheprovider --junit-xml "$out/junit.xml" system-tests
  ''
