# nginx, uWSGI and Django. No shell; `manage …` and `migrate` are its commands.
{ callPackage, server, pythons }:
callPackage ../image.nix { } {
  name = "server";
  title = "templatesite server";
  inherit (server) entrypoint environment;
  ports = [
    "8080/tcp"
    "9180/tcp"
  ];
  health = [
    "${pythons.server}/bin/python"
    "-P"
    "${./health.py}"
  ];
}
