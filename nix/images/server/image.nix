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
  writeTextFile,
}:
let
  packages = image-layers.packages pythons.server;

  health = image-python-answers {
    variable = "SERVER_LISTEN";
    default = "0.0.0.0:8080";
    # Swarm ends a container that is not healthy: not each time that the database is away.
    path = "/healthcheck/ready/";
  };

  # `docker compose exec server-1 manage …`: an engine's exec passes over the entry point.
  manage = writeTextFile {
    name = "manage";
    executable = true;
    destination = "/bin/manage";
    text = ''
      #!${pythons.server}/bin/python -P
      import os, sys

      entrypoint = ${builtins.toJSON server.entrypoint}
      os.execv(entrypoint[0], [*entrypoint, "manage", *sys.argv[1:]])
    '';
    meta.mainProgram = "manage";
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
    image-layers.supervisor
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
  inherit (server) entrypoint;
  environment = server.environment // {
    PATH = "${server.environment.PATH}:/bin";
  };
  links."/bin/manage" = lib.getExe manage;
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
