# Signs the images in a registry, and attaches what is told of them: `nix run .#sign -- REGISTRY/PREFIX`.
{
  lib,
  writeShellApplication,
  coreutils,
  cosign,
  skopeo,
  committed,
  indexes,
  lastModified,
  packageSetName,
  provenance,
  python313,
  release-documents,
  released,
  service,
}:
writeShellApplication {
  name = "sign";
  runtimeInputs = [
    coreutils
    cosign
    python313
    skopeo
  ];
  runtimeEnv = {
    COMMITTED = lib.optionalString committed (toString lastModified);
    DOCUMENTS = release-documents;
    IMAGES = indexes;
    PACKAGE_SET = packageSetName;
    RELEASE = "${provenance released}";
    SCRIPTS = "${./scripts}";
    VERSION = service.version;
    TREE_SET = service.packages;
  };
  text = lib.concatMapStringsSep "\n" builtins.readFile [
    ../builders/messages.sh
    ./own-set.sh
    ./registry.sh
    ./cosign.sh
    ./sign.sh
  ];
  meta.description = "Sign the images that push brought, and attach what is told of them";
}
