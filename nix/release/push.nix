# Copies the images to a registry: `nix run .#push -- REGISTRY/PREFIX`.
{
  lib,
  writeShellApplication,
  coreutils,
  skopeo,
  indexes,
  committed,
  packageSetName,
  service,
}:
writeShellApplication {
  name = "push";
  runtimeInputs = [
    coreutils
    skopeo
  ];
  runtimeEnv = {
    COMMITTED = lib.optionalString committed "yes";
    IMAGES = indexes;
    VERSION = service.version;
    PACKAGE_SET = packageSetName;
    TREE_SET = service.packages;
  };
  text = lib.concatMapStringsSep "\n" builtins.readFile [
    ../builders/messages.sh
    ./own-set.sh
    ./registry.sh
    ./push.sh
  ];
  meta.description = "Push the images to a registry, from a tree without changes";
}
