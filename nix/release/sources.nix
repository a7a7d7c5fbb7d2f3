# Keeps what the images are made of, for when nobody serves it any more: `nix run .#sources`.
{
  lib,
  writeShellApplication,
  coreutils,
  findutils,
  gnugrep,
  packageSetName,
  released,
  service,
  verify,
}:
writeShellApplication {
  name = "sources";
  runtimeInputs = [
    coreutils
    findutils
    gnugrep
  ];
  # The derivations alone: nothing need be built to know what was fetched.
  runtimeEnv = {
    DERIVATIONS = toString (
      map (program: builtins.unsafeDiscardOutputDependency program.drvPath) (
        [ verify ] ++ map (project: project.images-directory) released
      )
    );
    PACKAGE_SET = packageSetName;
    TREE_SET = service.packages;
  };
  text = lib.concatMapStringsSep "\n" builtins.readFile [
    ../builders/messages.sh
    ./own-set.sh
    ./fetched.sh
    ./sources.sh
  ];
  meta.description = "Copy everything that was fetched for the images to a store";
}
