# The SBOMs of a release: NAME.ARCHITECTURE.cdx.json for each image and each architecture.
{
  lib,
  released,
  runCommand,
  service,
}:
let
  architectureOf = project: project.packageSet.stdenv.hostPlatform.go.GOARCH;
  copy = project: ''
    for file in ${project.sboms}/*.cdx.json; do
      cp "$file" "$out/$(basename "$file" .cdx.json).${architectureOf project}.cdx.json"
    done
  '';
  isNative = service.packages == "nixpkgs" && builtins.any isArm released;
  isArm = project: architectureOf project == "arm64";
in
runCommand "release-sboms"
  {
    # For release.yaml: whether a machine of arm64 must build its images, as nixpkgs's do
    passthru.declared = "native=${if isNative then "yes" else "no"}\n";
  }
  ''
    mkdir $out
    ${lib.concatMapStringsSep "\n" copy released}
  ''
