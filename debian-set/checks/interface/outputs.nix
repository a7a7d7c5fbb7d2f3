# All outputs of a package set: the path of its derivation by KIND.NAME.
{
  pkgs,
  # By architectures, where the root's images are for others, too.
  packageSets ? {
    ${pkgs.stdenv.hostPlatform.go.GOARCH} = pkgs;
  },
  root,
  platform ? true,
}:
let
  project = import ../../../nix {
    provenSet = import ../..;
    inherit
      pkgs
      packageSets
      platform
      root
      ;
    committed = true;
    # Which would evaluate them again.
    overlay = _: previous: {
      platform-checks = previous.platform-checks.overrideScope (_: _: { interface = null; });
    };
  };
  paths =
    kind: set:
    map (name: {
      name = "${kind}.${name}";
      value = builtins.unsafeDiscardStringContext (set.${name}.drvPath or set.${name}.program);
    }) (builtins.attrNames set);
in
builtins.listToAttrs (
  paths "packages" project.packages
  ++ paths "apps" project.apps
  ++ paths "checks" project.checks
  ++ paths "devShells" project.devShells
  ++ paths "formatter" { inherit (project) formatter; }
)
