# The outputs of the root ROOT for ARCHITECTURE with the tree of nixpkgs NIXPKGS; and what that
# lacks of the list. Used by .ci/nixpkgs.
let
  path = name: /. + builtins.getEnv name;
  packageSets =
    builtins.mapAttrs
      (
        _: system:
        import (path "NIXPKGS") {
          inherit system;
          config = { };
          overlays = [ ];
        }
      )
      {
        amd64 = "x86_64-linux";
        arm64 = "aarch64-linux";
      };
  pkgs = packageSets.${builtins.getEnv "ARCHITECTURE"};
  problems = import ./problems.nix;
  root = path "ROOT";
in
{
  outputs = import ./outputs.nix {
    inherit pkgs packageSets root;
    platform = root == ../../..;
  };
  missing = problems.missing pkgs ++ problems.missingOptional pkgs;
}
