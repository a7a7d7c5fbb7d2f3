# Loads the images into Docker or podman: `nix run .#load`.
{
  writeShellApplication,
  coreutils,
  gnugrep,
  archives,
}:
writeShellApplication {
  name = "load";
  runtimeInputs = [
    coreutils
    gnugrep
  ];
  runtimeEnv.IMAGES = archives;
  text = builtins.readFile ./load.sh;
  meta.description = "Load the images into Docker or podman, and make the cluster's secrets";
}
