# Copies the images to a registry: `nix run .#push -- REGISTRY/PREFIX`.
{
  lib,
  writeShellApplication,
  coreutils,
  skopeo,
  layouts,
  dirty,
}:
writeShellApplication {
  name = "push";
  runtimeInputs = [
    coreutils
    skopeo
  ];
  runtimeEnv = {
    DIRTY = lib.optionalString dirty "yes";
    IMAGES = layouts;
    VERSION = (lib.importTOML ../../pyproject.toml).project.version;
  };
  text = builtins.readFile ./push.sh;
  meta.description = "Push the images to a registry, from a tree without changes";
}
