{
  description = "A Django REST service as small reproducible images, tested as a whole cluster";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-26.05";

  outputs =
    { self, nixpkgs }:
    let
      inherit (nixpkgs) lib;
      systems = lib.intersectLists (lib.attrNames nixpkgs.legacyPackages) [
        "x86_64-linux"
        "aarch64-linux"
      ];
      project = lib.genAttrs systems (
        system:
        import ./nix {
          pkgs = nixpkgs.legacyPackages.${system};
          # A tree whose input nixw overrides has no revision, but what else git tells of it.
          committed = self ? rev || self ? submodules && !(self ? dirtyRev) && self.lastModified > 0;
        }
      );
      output = name: lib.mapAttrs (_: outputs: outputs.${name}) project;
    in
    {
      packages = output "packages";
      apps = output "apps";
      checks = output "checks";
      devShells = output "devShells";
      formatter = output "formatter";
    };
}
