# The SBOMs of a release: NAME.ARCHITECTURE.cdx.json for each image and each architecture.
{
  lib,
  released,
  runCommand,
  # The project of each architecture.
  all ? released,
}:
let
  copy = project: ''
    for file in ${project.sboms}/*.cdx.json; do
      cp "$file" "$out/$(basename "$file" .cdx.json).${project.architecture}.cdx.json"
    done
  '';
in
runCommand "release-sboms" { } ''
  mkdir $out
  ${lib.concatMapStringsSep "\n" copy all}
''
