# Keeps what the images are made of, for when nobody serves it any more: `nix run .#sources`.
{
  writeShellApplication,
  coreutils,
  findutils,
  gnugrep,
  released,
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
  runtimeEnv.DERIVATIONS = toString (
    map (program: builtins.unsafeDiscardOutputDependency program.drvPath) (
      [ verify ] ++ map (project: project.images-directory) released
    )
  );
  text =
    builtins.readFile ./tell.sh + builtins.readFile ./fetched.sh + builtins.readFile ./sources.sh;
  meta.description = "Copy everything that was fetched for the images to a store";
}
