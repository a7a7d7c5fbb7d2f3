# The images: the table of contents, all of them in one directory, and what uses them.
{
  lib,
  callPackage,
  python313,
  runCommand,
  writeShellApplication,
  # In nixpkgs alone.
  grafana ? null,
  # Whether the tree is a commit, without changes.
  committed,
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

  # The layouts by name, and `list` with a line for each: name, repository, tag.
  layouts = callPackage ./layouts.nix { inherit images; };

  # As `docker load`, `podman load` and skopeo's oci-archive: take it.
  archives = lib.mapAttrs (
    name: image:
    runCommand "templatesite-${name}.tar" { passthru.layout = image; } ''
      source ${./pack.sh}
      pack ${image} >$out
    ''
  ) images;

  load = callPackage ./load.nix { inherit layouts; };
in
{
  inherit archives layouts load;
  back = callPackage ./back.nix {
    repositories = lib.mapAttrsToList (_: image: image.repository) images;
  };
  push = callPackage ./push.nix { inherit committed layouts; };
  directory = runCommand "templatesite-images" { } ''
    mkdir $out
    ${lib.concatStringsSep "\n" (
      lib.mapAttrsToList (name: archive: "ln -s ${archive} $out/${name}.tar") archives
    )}
    ln -s ${layouts}/list ${lib.getExe load} $out
  '';
  sizes = writeShellApplication {
    name = "sizes";
    text = "exec ${python313}/bin/python3.13 -P ${./sizes.py} ${layouts}";
    meta.description = "Print the sizes of the images as a table";
  };
}
