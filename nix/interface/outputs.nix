# The names of all outputs of a package set, each evaluated to its derivation.
{
  pkgs,
  root,
  platform ? true,
}:
let
  project = import ../. {
    inherit pkgs platform root;
    committed = true;
    # Which would evaluate them again.
    overlay = _: previous: {
      platform-checks = previous.platform-checks.overrideScope (_: _: { interface = null; });
    };
  };
  evaluated =
    kind: set:
    map (
      name:
      let
        output = set.${name};
      in
      builtins.seq (output.drvPath or output.program) "${kind}.${name}"
    ) (builtins.attrNames set);
in
evaluated "packages" project.packages
++ evaluated "apps" project.apps
++ evaluated "checks" project.checks
++ evaluated "devShells" project.devShells
++ evaluated "formatter" { inherit (project) formatter; }
