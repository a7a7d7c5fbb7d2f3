# A package set of stand-ins, made of facts.toml: what is not in that list is an error here, and
# each derivation keeps its arguments, so that laziness hides nothing. Nothing of it can be built.
{
  lib,
  system,
  # Whether the set has what facts.toml calls optional.
  optional,
}:
let
  all = lib.importTOML ./facts.toml;
  # Which Python packages there are is what a pyproject.toml asks for.
  facts = builtins.mapAttrs (_: present) all // {
    inherit (all) pythonPackages;
  };
  present =
    list:
    removeAttrs list (
      builtins.filter (name: list.${name}.optional or false && !optional) (builtins.attrNames list)
    );
  python = package "python313" facts.packages.python313;
  functions = import ./functions.nix { inherit facts system pythonPackages; };
  inherit (functions) standIn strict;

  # A package has the outputs, the main program and the arguments to override that are listed.
  package =
    name: fact:
    let
      made =
        standIn name {
          outputs = fact.outputs or [ "out" ];
        }
        // {
          version = fact.evaluatedAs or fact.version or "";
          optional-dependencies = lib.genAttrs (fact.extras or [ ]) (_: [ ]);
          meta = if fact ? mainProgram then { inherit (fact) mainProgram; } else { };
        };
      overridden = strict "${name}.override" {
        takes = fact.override;
      } (arguments: made // standIn name { inherit arguments; });
    in
    if fact ? members then
      lib.genAttrs fact.members (member: standIn "${name}-${member}" { })
    else
      made // (if fact ? override then { override = overridden; } else { });

  pythonPackages = builtins.mapAttrs package facts.pythonPackages;

  hostPlatform.go.GOARCH = { x86_64-linux = "amd64"; }.${system} or "arm64";
  set =
    builtins.mapAttrs package facts.packages
    // functions.functions
    // {
      newScope = scope: lib.callPackageWith (set // scope);
      lib = builtins.mapAttrs (name: _: lib.${name}) facts.lib;
      python313 = python // functions.python;
      stdenv = { inherit hostPlatform; };
    };
in
set
