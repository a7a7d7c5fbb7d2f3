# What scripts/provenance.py writes of: the images of the projects `all`, one for each architecture, as
# a file in JSON.
{
  lib,
  packageSetName,
  root,
  runCommand,
  service,
  template,
}:
all:
let
  # A derivation alone: nothing need be built to know what it is made of.
  derivation = image: builtins.unsafeDiscardOutputDependency image.drvPath;
  platform = project: {
    inherit (project) architecture;
    derivations = lib.mapAttrs (_: derivation) project.layouts.images;
    layouts = "${project.layouts}";
    sboms = "${project.sboms}";
  };
  # A root without one has the template's.
  lockOf =
    name: if builtins.pathExists (root + "/${name}") then root + "/${name}" else template + "/${name}";
  locks = [
    "debian-packages-arm64.lock.json"
    "debian-packages.lock.json"
    "flake.lock"
    "python.lock.json"
  ];
in
runCommand "release.json"
  {
    text = builtins.toJSON {
      inherit (service) repository version;
      packageSet = packageSetName;
      locks = lib.genAttrs locks (name: builtins.hashFile "sha256" (lockOf name));
      platforms = map platform all;
    };
  }
  ''
    printf '%s\n' "$text" >$out
  ''
