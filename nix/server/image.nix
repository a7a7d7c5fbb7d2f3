# nginx, uWSGI and Django. No shell; `manage …` and `migrate` are its commands.
{
  callPackage,
  server,
  postgresql_17,
  python313,
}:
callPackage ../image.nix { } {
  name = "server";
  title = "templatesite server";
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
  health = [
    "${python313}/bin/python3.13"
    "-I" # none of the environment's variables and packages,
    "-S" # which take time to find
    "${./health.py}"
  ];
}
