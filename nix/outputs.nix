# A flake's outputs, for every system that the package set has.
{
  nixpkgs,
  # What is told of the set that everything is proven with (its default.nix).
  provenSet,
}:
{
  # The flake of the root.
  self,
  # Its folder with pyproject.toml and src/, as a path: never `self`, so that an edit of a file
  # that no build reads rebuilds nothing.
  root,
  # What the root adds or replaces (project.nix has the names): final: prev: { … }
  overlay ? (_: _: { }),
  revision ? null,
  # The root at its last release: a path, or an input that is no flake.
  previous ? null,
  platform ? false,
}:
let
  inherit (nixpkgs) lib;
  systems = lib.filterAttrs (_: system: nixpkgs.legacyPackages ? ${system}) {
    amd64 = "x86_64-linux";
    arm64 = "aarch64-linux";
  };
  packageSets = lib.mapAttrs (_: system: nixpkgs.legacyPackages.${system}) systems;
  project = lib.genAttrs (lib.attrValues systems) (
    system:
    import ./. {
      pkgs = nixpkgs.legacyPackages.${system};
      inherit packageSets provenSet;
      # A tree whose input nixw overrides has no revision, but what else git tells of it.
      committed = self ? rev || self ? submodules && !(self ? dirtyRev) && self.lastModified > 0;
      lastModified = self.lastModified or 0;
      inherit
        overlay
        platform
        previous
        revision
        root
        ;
    }
  );
  # Whoever asks for one of these on macOS reads where it runs.
  elsewhere = lib.genAttrs [ "aarch64-darwin" "x86_64-darwin" ] (
    system:
    throw (
      "this service is built and runs on Linux, not on ${system}: "
      + "use a machine, a virtual machine or a container with Linux."
    )
  );
  output =
    name:
    let
      offered = lib.mapAttrs (_: outputs: outputs.${name}) project;
      inThePlaceOf = sentence: lib.mapAttrs (_: _: sentence) offered.x86_64-linux;
    in
    offered // lib.mapAttrs (_: inThePlaceOf) elsewhere;
in
{
  packages = output "packages";
  apps = output "apps";
  checks = output "checks";
  devShells = output "devShells";
  formatter = lib.mapAttrs (_: outputs: outputs.formatter) project // elsewhere;
}
