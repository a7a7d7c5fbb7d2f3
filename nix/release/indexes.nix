# Each image for all architectures that the root declares, as one OCI image index: what `push`
# pushes. The folders and `list` are as in layouts.nix.
{
  python313,
  released,
  runCommand,
  # The images for each architecture.
  all ? map (project: project.layouts) released,
}:
runCommand "indexes"
  {
    layouts = all;
    nativeBuildInputs = [ python313 ];
  }
  ''
    python3.13 ${./scripts}/indexes.py $out $layouts
  ''
