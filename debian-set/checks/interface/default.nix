# nix/ takes from its package set only what nix/nixpkgs.toml lists, as the Debian set has
# nothing else; and what only nixpkgs has evaluates, too. With nixpkgs's code, .ci/nixpkgs holds the
# list.
{
  lib,
  buildCommandCheck,
  packageSet,
  provenSet,
  template,
}:
let
  problems = import ./problems.nix;
  debian = import ../../packages;
  # The names of what evaluates.
  outputs =
    pkgs:
    let
      paths = import ./outputs.nix {
        inherit pkgs;
        root = template + "/tests/application"; # a team's own packages are not listed
      };
    in
    builtins.deepSeq paths (lib.attrNames paths);
  ofDebian = outputs debian.x86_64-linux;

  flake =
    import ../../../nix/outputs.nix
      {
        nixpkgs = {
          inherit lib;
          legacyPackages = debian;
        };
        inherit provenSet;
      }
      {
        self = { };
        root = template + "/tests/application";
      };
  inherit (flake) apps;
  ends = name: !(builtins.tryEval apps.aarch64-darwin.${name}).success;

  # A command that fails with these words, if there are any.
  none =
    words:
    if words == [ ] then
      "true"
    else
      "printf '%s\\n' ${lib.concatStringsSep " " (map lib.escapeShellArg words)}; false";
  same = one: other: none (problems.differences one other);
  withoutMachines = builtins.filter (name: builtins.match ".*[.]vm(-.*)?" name == null);
in
buildCommandCheck "interface" { } {
  "the Debian set has what is listed" = none (problems.missing debian.x86_64-linux);
  "the Debian set has nothing else" = none problems.unlisted;
  "this package set has what is listed" = none (problems.missing packageSet);
  "both systems have the same outputs" = same (withoutMachines ofDebian) (
    outputs debian.aarch64-linux
  );
  "macOS ends with a sentence for each program" = same (lib.attrNames apps.x86_64-linux) (
    builtins.filter ends (lib.attrNames apps.aarch64-darwin)
  );
  "what only nixpkgs has adds Grafana's image" = same (outputs (
    problems.withOptional debian.x86_64-linux
  )) (ofDebian ++ [ "packages.image-metrics-graph" ]);
}
