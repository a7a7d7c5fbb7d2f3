# The system tests against the very cluster that `nix run` starts, and what it tells
# of itself; that again with four workers. And how it starts and ends.
{
  callPackage,
  bubblewrap,
  closureInfo,
  cluster,
  postgresql_17,
  pythons,
  with-db,
}:
let
  reported = callPackage ./reported.nix { };
in
reported "cluster"
  {
    nativeBuildInputs = [
      bubblewrap
      cluster
      postgresql_17
      pythons.system-test
      with-db
    ];
    tests = ../../system-tests;
    observed = ./cluster;
    closure = closureInfo {
      rootPaths = [
        cluster
        with-db
      ];
    };
  }
  ''
    cp -r "$tests" system-tests
    cp -r --no-preserve=mode "$observed" observed
    cp ${./shared}/*.py observed/
    export SYSTEM_TEST_HOSTPORT=localhost:8080 SYSTEM_TEST_METRICS_HOSTPORT=localhost:9180 PYTHONDONTWRITEBYTECODE=1

    # run_tests NAME DIRECTORY...: beside a cluster of its own.
    run_tests() {
      LOG_FILE=$PWD/$1/log/all.log templatesite --data "$PWD/$1" --log "$out/$1.log" -- \
        python -m pytest -p no:cacheprovider --junit-xml "$out/junit-$1.xml" "''${@:2}"
    }
    run_tests one-worker system-tests observed/test_observed.py
    UWSGI_PROCESSES=4 run_tests four-workers observed/test_observed.py
    python -m pytest -p no:cacheprovider --durations 5 --junit-xml "$out/junit-run.xml" observed/test_run.py observed/test_store.py
  ''
