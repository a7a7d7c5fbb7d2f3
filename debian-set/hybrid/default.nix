# A hybrid of both sets for one system: nixpkgs's own code, which nobody can build here from its
# sources, over the Debian set's programs. What builds with it does not depend on what is kinder in
# the Debian set's own builders.
{
  # A tree of nixpkgs, as a path.
  nixpkgs,
  # The Debian set for the system.
  debian,
}:
let
  pkgs = import (nixpkgs + "/pkgs/top-level") {
    localSystem = { inherit (debian.stdenv.hostPlatform) system; };
    config = { };
    overlays = [
      (import ./programs.nix { inherit debian; })
      (import ./python.nix { inherit nixpkgs debian; })
    ];
    stdenvStages = arguments: [
      (_: {
        inherit (arguments) config overlays;
        stdenv = import ./stdenv.nix { inherit nixpkgs debian; } arguments;
      })
    ];
  };
  # What nix/ takes where a set has it. It would be compiled.
  offered = removeAttrs pkgs [
    "actionlint"
    "grafana"
    "grafanaPlugins"
    "grype"
    "nixfmt"
    "testers"
  ];
in
offered // { newScope = scope: pkgs.lib.callPackageWith (offered // scope); }
