# Tests the way from an alert to the request that caused it, with a real Alertmanager, and
# everything that reads from Prometheus.
{
  alerts,
  db,
  backup,
  chromium,
  db-metrics,
  dejavu_fonts,
  edge,
  log,
  metrics,
  postgresql_17,
  prometheus,
  rclone,
  server,
  buildSuiteCheck,
  template,
}:
buildSuiteCheck "observability" {
  long = true;
  packages = [
    alerts
    db
    backup
    chromium
    db-metrics
    edge
    log
    log.find-requests
    metrics
    postgresql_17
    prometheus
    prometheus.cli # replays courses of things
    (rclone.server or rclone) # a store of backups elsewhere
    server
  ];
  variables = {
    runbook = template + "/docs/runbook.md";
    federation = template + "/docs/federation.yml";
    dashboards = ../images/metrics-graph/dashboards;
    fonts = "${dejavu_fonts}/share/fonts";
    rules = ../images/metrics/rules;
  };
}
