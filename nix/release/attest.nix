# Builds a release's images again, and signs that they are the same: `nix run .#attest`.
{
  lib,
  writeShellApplication,
  buildable,
  committed,
  coreutils,
  cosign,
  diffutils,
  findutils,
  gnugrep,
  gnused,
  indexes,
  lastModified,
  packageSetName,
  provenance,
  python313,
  service,
  skopeo,
  verify,
}:
writeShellApplication {
  name = "attest";
  runtimeInputs = [
    coreutils
    cosign
    diffutils
    findutils
    gnugrep
    gnused
    python313
    skopeo
  ];
  runtimeEnv = {
    COMMITTED = lib.optionalString committed (toString lastModified);
    # Derivations alone: they are built elsewhere.
    DERIVATIONS = toString (
      map builtins.unsafeDiscardOutputDependency (
        lib.concatMap (project: [
          project.layouts.drvPath
          project.sboms.drvPath
        ]) buildable
      )
    );
    IMAGES = indexes;
    PACKAGE_SET = packageSetName;
    RELEASE = "${provenance buildable}";
    SCRIPTS = "${./scripts}";
    TREE_SET = service.packages;
    VERIFY = lib.getExe verify;
  };
  text = lib.concatMapStringsSep "\n" builtins.readFile [
    ../builders/messages.sh
    ./own-set.sh
    ./registry.sh
    ./cosign.sh
    ./fetched.sh
    ./rebuild.sh
    ./attest.sh
  ];
  meta.description = "Build a release's images again, and sign that they are the same";
}
