# Signs the images in a registry, and attaches their SBOMs: `nix run .#sign -- REGISTRY/PREFIX`.
{
  lib,
  writeShellApplication,
  coreutils,
  cosign,
  skopeo,
  indexes,
  packageSetName,
  released,
  service,
  # SBOMs of each architecture.
  documents ? map (project: project.sboms) released,
}:
writeShellApplication {
  name = "sign";
  runtimeInputs = [
    coreutils
    cosign
    skopeo
  ];
  runtimeEnv = {
    IMAGES = indexes;
    SBOMS = toString documents;
    PACKAGE_SET = packageSetName;
    TREE_SET = service.packages;
  };
  text = lib.concatMapStringsSep "\n" builtins.readFile [
    ../builders/messages.sh
    ./own-set.sh
    ./registry.sh
    ./sign.sh
  ];
  meta.description = "Sign the images that push brought, and attach their SBOMs";
}
