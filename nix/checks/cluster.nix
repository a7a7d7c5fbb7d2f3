# What the cluster tells of itself, with one worker and with four; and how it starts and ends.
{
  callPackage,
  bubblewrap,
  closureInfo,
  cluster,
  postgresql_17,
  pythons,
  with-db,
}:
callPackage ./reported.nix { } "cluster"
  {
    nativeBuildInputs = [
      bubblewrap
      cluster
      postgresql_17
      pythons.system-test
      with-db
    ];
    observed = ./cluster;
    closure = closureInfo {
      rootPaths = [
        cluster
        with-db
      ];
    };
  }
  ''
    cp -r --no-preserve=mode "$observed" observed
    cp ${./shared}/*.py observed/
    export PYTHONDONTWRITEBYTECODE=1

    # observe NAME: beside a cluster of its own.
    observe() {
      LOG_FILE=$PWD/$1/log/all.log cluster --data "$PWD/$1" --log "$out/$1.log" -- \
        python -m pytest -p no:cacheprovider --junit-xml "$out/junit-$1.xml" observed/test_observed.py
    }
    observe one-worker
    UWSGI_PROCESSES=4 observe four-workers
    python -m pytest -p no:cacheprovider --durations 5 --junit-xml "$out/junit-run.xml" observed/test_run.py observed/test_store.py
  ''
