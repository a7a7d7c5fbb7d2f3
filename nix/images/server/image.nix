# nginx, uWSGI and Django, without a shell of its own; `manage …` and `migrate` are its commands.
{
  lib,
  buildImage,
  image-layers,
  image-python-answers,
  postgresql_17,
  python313,
  pythons,
  server,
}:
let
  packages = image-layers.packages pythons.server;

  health = image-python-answers {
    variable = "SERVER_LISTEN";
    default = "0.0.0.0:8080";
    path = "/healthcheck/";
  };
in
buildImage {
  name = "server";
  title = "server";
  layers = image-layers.python ++ [
    {
      inherit (packages) paths;
      # The image has static files as nginx sends them.
      without = packages.without ++ [ "lib/python3.13/site-packages/**/static" ];
    }
    image-layers.rsyslog
    {
      paths = server.programs;
      without = [ "share/vim" ];
    }
    {
      paths = [
        server.files
        server.start
        health
      ];
    }
  ];
  copies = pythons.static.packages;
  inherit (server) entrypoint environment;
  forbidden = [
    postgresql_17
    python313.pkgs.drf-spectacular-sidecar
    python313.pkgs.pytest
  ];
  ports = [
    "8080/tcp"
    "9180/tcp"
  ];
  health = lib.getExe health;
}
