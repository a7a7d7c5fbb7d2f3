# The service's system tests, against the very cluster that `nix run` starts.
{
  callPackage,
  cluster,
  pythons,
  root,
}:
callPackage ./reported.nix { } "system-tests"
  {
    nativeBuildInputs = [
      cluster
      pythons.system-test
    ];
    tests = root + "/system-tests";
  }
  ''
    cp -r "$tests" system-tests
    export SYSTEM_TEST_HOSTPORT=localhost:8080 SYSTEM_TEST_METRICS_HOSTPORT=localhost:9180
    export PYTHONDONTWRITEBYTECODE=1
    cluster --data "$PWD/data" --log "$out/cluster.log" -- \
      python -m pytest -p no:cacheprovider --junit-xml "$out/junit.xml" system-tests
  ''
