# What is in each image, as CycloneDX's documents: NAME.cdx.json for each image.
{
  lib,
  callPackage,
  layouts,
  runCommand,
}:
let
  documents = lib.mapAttrs (callPackage ./document.nix { }) layouts.images;
in
runCommand "sboms" { passthru = { inherit documents; }; } ''
  mkdir $out
  ${lib.concatStringsSep "\n" (
    lib.mapAttrsToList (name: document: "cp ${document} $out/${name}.cdx.json") documents
  )}
''
