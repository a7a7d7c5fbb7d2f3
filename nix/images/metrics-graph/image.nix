# Grafana, whose data source is the metrics service.
{
  lib,
  grafana,
  grafanaPlugins,
  buildImage,
  image-answers,
  image-layers,
  dashboards,
  linkFarm,
}:
let
  # From 13.2 on Grafana is built without the data source, and nixpkgs has it by itself.
  plugins = linkFarm "metrics-graph-plugins" (
    lib.optionalAttrs (lib.versionAtLeast grafana.version "13.2") {
      inherit (grafanaPlugins) prometheus;
    }
  );
in
buildImage {
  name = "metrics-graph";
  title = "graphs";
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
    GF_PATHS_PLUGINS = "${plugins}";
    GF_PATHS_PROVISIONING = "${./provisioning}";
    DASHBOARDS = "${dashboards}";
  };
  ports = [ "3000/tcp" ];
  health = image-answers "http://127.0.0.1:3000/api/health";
}
