# From an alert to the request that caused it: the cluster with a real Alertmanager,
# and all that reads from Prometheus.
{
  callPackage,
  db,
  db-metrics,
  log,
  metrics,
  postgresql_17,
  prometheus,
  prometheus-alertmanager,
  pythons,
  server,
}:
callPackage ./reported.nix { } "observability"
  {
    nativeBuildInputs = [
      db
      db-metrics
      log
      log.requests
      metrics
      postgresql_17
      prometheus
      prometheus-alertmanager
      pythons.observability
      server
    ];
    tests = ./observability;
    rules = ../metrics;
    runbook = ../../docs/runbook.md;
    federation = ../../docs/federation.yml;
    dashboards = ../metrics-graph/dashboards;
  }
  ''
    cp -r --no-preserve=mode "$tests" tests
    cp ${./processes.py} tests/processes.py
    cp ${./waiting.py} tests/waiting.py
    export PYTHONDONTWRITEBYTECODE=1
    python -m pytest --durations 5 -p no:cacheprovider --junit-xml "$out/junit.xml" tests
  ''
