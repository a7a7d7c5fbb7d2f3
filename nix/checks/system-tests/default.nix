# Runs the service's system tests against the cluster that `nix run` starts, with a token.
{
  buildCheck,
  cluster,
  pythons,
  trees,
  server,
  service,
}:
buildCheck "system-tests"
  (
    service.environment
    // {
      nativeBuildInputs = [
        cluster
        pythons.system-test
        server
      ];
      tests = trees.system-tests;
    }
  )
  ''
    cp -r "$tests" system-tests
    export SYSTEM_TEST_HOSTPORT=localhost:8080 SYSTEM_TEST_METRICS_HOSTPORT=localhost:9180
    export PYTHONDONTWRITEBYTECODE=1
    cluster --data "$PWD/data" --log "$out/cluster.log" -- \
      bash -euo pipefail ${./system-tests.sh} --junit-xml "$out/junit.xml" system-tests
  ''
