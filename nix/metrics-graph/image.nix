# Grafana, whose data source is the metrics service.
{
  callPackage,
  grafana,
}:
callPackage ../image.nix { } {
  name = "metrics-graph";
  title = "templatesite graphs";
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
  healthUrl = "http://127.0.0.1:3000/api/health";
}
