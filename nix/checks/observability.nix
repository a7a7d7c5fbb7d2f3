# Tests the way from an alert to the request that caused it, with a real Alertmanager, and
# everything that reads from Prometheus.
{
  db,
  db-metrics,
  log,
  metrics,
  postgresql_17,
  prometheus,
  prometheus-alertmanager,
  server,
  buildSuiteCheck,
  template,
}:
buildSuiteCheck "observability" {
  packages = [
    db
    db-metrics
    log
    log.find-requests
    metrics
    postgresql_17
    prometheus
    prometheus-alertmanager
    server
  ];
  variables = {
    runbook = template + "/docs/runbook.md";
    federation = template + "/docs/federation.yml";
    dashboards = ../metrics-graph/dashboards;
  };
}
