# What a release tells of its images: NAME.ARCHITECTURE.cdx.json, the SBOM of each image for each
# architecture, and NAME.openvex.json, the vulnerabilities that do not affect it.
{
  lib,
  release-sboms,
  released,
  runCommand,
  service,
  vex,
}:
let
  isNative = service.packages == "nixpkgs" && builtins.any isArm released;
  isArm = project: project.architecture == "arm64";
in
runCommand "release-documents"
  {
    # For release.yaml: whether a machine of arm64 must build its images, as nixpkgs's do
    passthru.declared = "native=${if isNative then "yes" else "no"}\n";
  }
  ''
    mkdir $out
    cp ${release-sboms}/* ${vex}/* $out
  ''
