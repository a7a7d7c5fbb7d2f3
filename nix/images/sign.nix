# Signs the images in a registry, and attaches their SBOMs: `nix run .#sign -- REGISTRY/PREFIX`.
{
  lib,
  writeShellApplication,
  coreutils,
  cosign,
  skopeo,
  layouts,
  sboms,
}:
writeShellApplication {
  name = "sign";
  runtimeInputs = [
    coreutils
    cosign
    skopeo
  ];
  runtimeEnv = {
    IMAGES = layouts;
    SBOMS = sboms;
  };
  text = lib.concatMapStringsSep "\n" builtins.readFile [
    ./tell.sh
    ./registry.sh
    ./sign.sh
  ];
  meta.description = "Sign the images that push brought, and attach their SBOMs";
}
