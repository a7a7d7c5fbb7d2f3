# Grafana, whose data source is the metrics service.
{
  grafana,
  image,
  image-answers,
  image-layers,
}:
image {
  name = "metrics-graph";
  title = "templatesite graphs";
  layers = image-layers.shell ++ [
    { paths = [ grafana ]; }
  ];
  entrypoint = [
    "${grafana}/bin/grafana"
    "server"
    "--homepath=${grafana}/share/grafana"
    "--config=${./grafana.ini}"
  ];
  environment = {
    GF_PATHS_PROVISIONING = "${./provisioning}";
    DASHBOARDS = "${./dashboards}";
  };
  ports = [ "3000/tcp" ];
  health = image-answers "http://127.0.0.1:3000/api/health";
}
