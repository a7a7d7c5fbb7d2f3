# The images: the table of contents, all archives in one directory, and `load`.
{
  lib,
  callPackage,
  runCommand,
  writeShellApplication,
  python313,
  # In nixpkgs alone.
  grafana ? null,
}:
let
  images = {
    server = callPackage ../server/image.nix { };
    db = callPackage ../db/image.nix { };
    db-metrics = callPackage ../db-metrics/image.nix { };
    log = callPackage ../log/image.nix { };
    metrics = callPackage ../metrics/image.nix { };
    test = callPackage ../test/image.nix { };
    system-test = callPackage ../system-test/image.nix { };
  }
  // lib.optionalAttrs (grafana != null) {
    metrics-graph = callPackage ../metrics-graph/image.nix { };
  };

  archives = runCommand "templatesite-archives" { } ''
    mkdir $out
    ${lib.concatStringsSep "\n" (
      lib.mapAttrsToList (name: image: ''
        ln -s ${image} $out/${name}.tar.gz
        echo ${name} ${image.imageName} ${image.imageTag} >>$out/list
      '') images
    )}
  '';
  load = callPackage ./load.nix { inherit archives; };
in
{
  inherit archives images load;
  directory = runCommand "templatesite-images" { } ''
    mkdir $out
    ln -s ${archives}/* ${lib.getExe load} $out
  '';
  sizes = writeShellApplication {
    name = "sizes";
    text = "exec ${python313}/bin/python3.13 -P ${./sizes.py} ${archives}";
    meta.description = "Print the sizes of the images as a table";
  };
}
