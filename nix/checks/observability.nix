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
callPackage ./pytest.nix { } "observability" {
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
  runbook = ../../docs/runbook.md;
  federation = ../../docs/federation.yml;
  dashboards = ../metrics-graph/dashboards;
}
