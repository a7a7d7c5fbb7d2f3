# Caddy, without a shell.
{
  lib,
  buildImage,
  edge,
  image-layers,
  postgresql_17,
  python313,
  pythons,
  writeTextFile,
}:
let
  health = writeTextFile {
    name = "edge-health";
    executable = true;
    destination = "/bin/edge-health";
    text = "#!${python313}/bin/python3.13 -IS\n" + builtins.readFile ./health.py;
    meta.mainProgram = "edge-health";
  };
in
buildImage {
  name = "edge";
  title = "edge";
  layers = image-layers.python ++ [
    image-layers.rsyslog
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
