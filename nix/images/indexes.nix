# Each image for all architectures that the root declares, as one OCI image index: what `push`
# pushes. The folders and `list` are as in layouts.nix.
{
  lib,
  packageSet,
  projects,
  python313,
  runCommand,
  service,
  # The images for each architecture.
  all ?
    let
      own = packageSet.stdenv.hostPlatform.go.GOARCH;
    in
    map (architecture: projects.${architecture}.layouts) (
      if service.architectures == null then [ own ] else service.architectures
    ),
}:
runCommand "indexes"
  {
    layouts = all;
    nativeBuildInputs = [ python313 ];
  }
  ''
    python3.13 -P ${./indexes.py} $out $layouts
  ''
