# Whether the outputs of the root that ROOT names evaluate with nixpkgs's code as facts.toml has it,
# for both systems and with and without what is optional, and have the sample's names. Prints
# nothing, or what differs:
# ROOT=/DIRECTORY nix eval --impure --raw --file nix/interface/root.nix
let
  lib = import ../debian/lib.nix;
  problems = import ./problems.nix;
  names =
    root: system: optional:
    import ./outputs.nix {
      pkgs = import ./. { inherit lib optional system; };
      platform = false;
      inherit root;
    };
  differs =
    system: optional:
    problems.differences (names ../.. system optional) (
      names (/. + builtins.getEnv "ROOT") system optional
    );
in
lib.concatMapStringsSep "" (sentence: "${sentence}\n") (
  lib.concatMap (system: differs system true ++ differs system false) [
    "aarch64-linux"
    "x86_64-linux"
  ]
)
