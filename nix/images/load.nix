# Loads the images into Docker or podman: `nix run .#load`.
{
  writeShellApplication,
  coreutils,
  gnugrep,
  gnused,
  gnutar,
  layouts,
}:
writeShellApplication {
  name = "load";
  runtimeInputs = [
    coreutils
    gnugrep
    gnused
    gnutar
  ];
  runtimeEnv.IMAGES = layouts;
  text = builtins.readFile ./pack.sh + builtins.readFile ./load.sh;
  meta.description = "Load the images into Docker or podman, and make the cluster's secrets";
}
