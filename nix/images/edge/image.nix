# Caddy, without a shell.
{
  lib,
  buildImage,
  edge,
  image-layers,
  image-python-answers,
  postgresql_17,
  python313,
  pythons,
}:
let
  health = image-python-answers {
    variable = "EDGE_METRICS_PORT";
    default = "9180";
    path = "/health";
  };
in
buildImage {
  name = "edge";
  title = "edge";
  layers = image-layers.python ++ [
    image-layers.rsyslog
    image-layers.supervisor
    { paths = edge.programs; }
    {
      paths = [
        edge.files
        edge.start
        health
      ];
    }
  ];
  inherit (edge) entrypoint environment;
  forbidden = [
    postgresql_17
    pythons.server
  ];
  ports = [
    "8080/tcp"
    "8443/tcp"
    "9180/tcp"
  ];
  volumes = [ "/var/lib/edge" ];
  health = lib.getExe health;
}
