# PostgreSQL's statistics for Prometheus.
{
  lib,
  db-metrics,
  buildImage,
  image-answers,
  image-layers,
  postgresql_17,
  prometheus-postgres-exporter,
  python313,
}:
buildImage {
  name = "db-metrics";
  title = "database metrics";
  layers = image-layers.shell ++ [
    { paths = [ prometheus-postgres-exporter ]; }
  ];
  entrypoint = [ (lib.getExe db-metrics) ];
  forbidden = [
    postgresql_17
    python313
  ];
  ports = [ "9187/tcp" ];
  health = image-answers "http://127.0.0.1:9187/";
}
