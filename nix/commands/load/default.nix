# Loads the images into Docker or podman: `nix run .#load`.
{
  lib,
  writeShellApplication,
  coreutils,
  gnugrep,
  gnused,
  gnutar,
  layouts,
  service,
}:
writeShellApplication {
  name = "load";
  runtimeInputs = [
    coreutils
    gnugrep
    gnused
    gnutar
  ];
  runtimeEnv = {
    IMAGES = layouts;
    MARK = "${service.name}-server:moving";
    VERSION = service.version;
  };
  text = lib.concatMapStringsSep "\n" builtins.readFile [
    ../../builders/messages.sh
    ./compose.sh
    ./engine.sh
    ../../builders/pack.sh
    ./load.sh
  ];
  meta.description = "Load the images into Docker or podman, and make the cluster's secrets";
}
