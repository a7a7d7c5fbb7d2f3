# What nix/ uses of nixpkgs is what nix/interface/facts.toml lists: every output is evaluated
# with stand-ins made of that list, for both systems, with and without what is optional. And
# the list is held against the package set in use and against the Debian set.
{
  lib,
  callPackage,
  pkgs,
}:
let
  problems = import ../interface/problems.nix;
  outputs =
    system: optional:
    import ../interface/outputs.nix {
      pkgs = import ../interface { inherit lib optional system; };
    };
  x86 = outputs "x86_64-linux" true;
  arm = outputs "aarch64-linux" true;
  less = outputs "x86_64-linux" false;
  here = import ../interface/outputs.nix { inherit pkgs; };

  # A command that fails with these words, if there are any.
  fails = words: "printf '%s\\n' ${lib.concatStringsSep " " (map lib.escapeShellArg words)}; false";
  none = words: if words == [ ] then "true" else fails words;
  same = one: other: none (problems.differences one other);
in
callPackage ./cases.nix { } "interface" { } {
  "both systems have the same outputs" = same x86 arm;
  "without what is optional only Grafana is missing" = same x86 (
    less ++ [ "packages.image-metrics-graph" ]
  );
  "this package set has the same outputs" = same (if pkgs ? grafana then x86 else less) here;
  "this package set has what is listed" = none (problems.missing { inherit lib pkgs; });
  "the Debian set has what is listed" = none (
    problems.missing {
      inherit lib;
      pkgs = import ../debian;
    }
  );
  "the Debian set has nothing else" = none (problems.unlisted { inherit lib; });
  "the VM test calls what is listed" = none (problems.driver { inherit lib; });
}
