# Statistics of PostgreSQL for Prometheus.
{
  prometheus-postgres-exporter,
  service,
  buildShellScript,
}:
buildShellScript {
  name = "service-db-metrics";
  runtimeInputs = [ prometheus-postgres-exporter ];
  runtimeEnv = {
    EXPORTER_CONFIGURATION = "${./postgres_exporter.yml}";
    EXPORTER_QUERIES = "${./queries.yml}";
    SERVICE_DATABASE = service.database;
  };
  text = builtins.readFile ../../builders/go-memory-limit.sh + builtins.readFile ./start.sh;
  meta.description = "Exporter of PostgreSQL's statistics";
}
