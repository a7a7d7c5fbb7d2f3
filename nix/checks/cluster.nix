# Tests the cluster's logs and metrics, with one worker and with four, and its start and end.
{
  bubblewrap,
  closureInfo,
  cluster,
  postgresql_17,
  buildSuiteCheck,
  with-db,
}:
buildSuiteCheck "cluster" {
  packages = [
    bubblewrap
    cluster
    postgresql_17
    with-db
  ];
  variables.cluster_closure = closureInfo {
    rootPaths = [
      cluster
      with-db
    ];
  };
  script = ''
    # observe NAME: run test_observed.py against a new cluster.
    observe() {
      LOG_FILE=$PWD/$1/log/all.log cluster --data "$PWD/$1" --log "$out/$1.log" -- \
        python -m pytest --junit-xml "$out/junit-$1.xml" cluster/test_observed.py
    }
    observe one-worker
    UWSGI_PROCESSES=4 observe four-workers
    python -m pytest --durations 5 --junit-xml "$out/junit-run.xml" \
      cluster/test_run.py cluster/test_spare.py cluster/test_store.py
  '';
}
