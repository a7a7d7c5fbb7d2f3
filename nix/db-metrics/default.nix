# Statistics of PostgreSQL for Prometheus. In: POSTGRES_HOST, POSTGRES_PORT,
# POSTGRES_DB, POSTGRES_SSLMODE, POSTGRES_METRICS_PASSWORD or …_FILE, DB_METRICS_LISTEN.
{
  prometheus-postgres-exporter,
  service,
  shellScript,
}:
shellScript {
  name = "service-db-metrics";
  runtimeInputs = [ prometheus-postgres-exporter ];
  runtimeEnv = {
    EXPORTER_CONFIGURATION = "${./postgres_exporter.yml}";
    SERVICE_DATABASE = service.database;
  };
  text = builtins.readFile ../go-memory-limit.sh + builtins.readFile ./start.sh;
  meta.description = "Exporter of PostgreSQL's statistics";
}
