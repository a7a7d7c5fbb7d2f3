# What nix/ uses of nixpkgs is what nix/interface/facts.toml lists: every output is evaluated
# with stand-ins made of that list, for both systems, with and without what is optional. And
# the list is held against the package set in use and against the Debian set.
{
  lib,
  buildCommandCheck,
  packageSet,
  template,
}:
let
  problems = import ../interface/problems.nix;
  outputs =
    pkgs:
    import ../interface/outputs.nix {
      inherit pkgs;
      root = template + "/tests/application"; # a team's own packages are not listed
    };
  standIns = system: optional: import ../interface { inherit lib optional system; };
  all = outputs (standIns "x86_64-linux" true);
  less = outputs (standIns "x86_64-linux" false);

  # A command that fails with these words, if there are any.
  none =
    words:
    if words == [ ] then
      "true"
    else
      "printf '%s\\n' ${lib.concatStringsSep " " (map lib.escapeShellArg words)}; false";
  # The Debian set has virtual machines on x86_64 only.
  withMachines = builtins.filter (
    name: packageSet ? testers || builtins.match ".*[.]vm.*|lacks testers.*" name == null
  );
  same = one: other: none (problems.differences one other);
in
buildCommandCheck "interface" { } {
  "both systems have the same outputs" = same all (outputs (standIns "aarch64-linux" true));
  "without what is optional only Grafana is missing" = same all (
    less ++ [ "packages.image-metrics-graph" ]
  );
  "this package set has the same outputs" = same (withMachines (
    if packageSet ? grafana then all else less
  )) (outputs packageSet);
  "this package set has what is listed" = none (withMachines (problems.missing packageSet));
  "the Debian set has what is listed" = none (
    problems.missing (import ../debian/packages).x86_64-linux
  );
  "the Debian set has nothing else" = none problems.unlisted;
  "the VM test calls what is listed" = none problems.driver;
}
