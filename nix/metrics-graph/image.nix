# Grafana, whose data source is the metrics service.
{
  callPackage,
  busybox,
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
  health = [
    "${busybox}/bin/busybox"
    "wget"
    "-q"
    "-O"
    "/dev/null"
    "http://127.0.0.1:3000/api/health"
  ];
}
