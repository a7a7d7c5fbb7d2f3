# nixpkgs's trivial builders on Debian's shell and tools.
{ lib, debs }:
let
  # What stdenv has on its PATH, as far as Debian's packages are in the set.
  tools = map (name: debs.${name}) [
    "bash"
    "coreutils"
    "diffutils"
    "findutils"
    "gawk"
    "grep"
    "gzip"
    "sed"
    "tar"
    "xz-utils"
  ];
  shell = "${debs.bash}/bin/bash";
  inherit (import ../../relocate/bootstrap.nix) build;
  # `nix develop` sources $stdenv/setup too.
  stdenv = build "stdenv" ./stdenv.sh {
    setup = ./setup.sh;
    tools = lib.makeBinPath tools;
  };
  notForTheBuilder = [
    "meta"
    "passthru"
    "nativeBuildInputs"
    "buildInputs"
  ];

  # meta and passthru belong to the value, not to the build.
  annotate =
    derivation:
    {
      meta ? { },
      passthru ? { },
      ...
    }:
    derivation
    // passthru
    // {
      inherit passthru;
      meta = derivation.meta or { } // meta;
    };

  runCommand =
    name: environment: buildCommand:
    annotate (derivation (
      {
        inherit name buildCommand stdenv;
        outputs = [ "out" ];
        system = "x86_64-linux";
        builder = shell;
        args = [
          "-euo"
          "pipefail"
          "-c"
          # With __structuredAttrs Nix gives no variables, but a file that sets them.
          (
            if environment.__structuredAttrs or false then
              "source .attrs.sh; source $stdenv/setup; eval \"$buildCommand\""
            else
              "source $stdenv/setup; eval \"$(<$buildCommandPath)\""
          )
        ];
        passAsFile = [ "buildCommand" ] ++ environment.passAsFile or [ ];
        inputs = lib.makeBinPath (environment.nativeBuildInputs or [ ] ++ environment.buildInputs or [ ]);
      }
      // removeAttrs environment (notForTheBuilder ++ [ "passAsFile" ])
    )) environment;
in
{
  inherit annotate runCommand;

  closureInfo =
    { rootPaths }:
    let
      roots = runCommand "closure-roots" { inherit rootPaths; } "echo $rootPaths >$out";
    in
    runCommand "closure-info"
      {
        exportReferencesGraph = [
          "graph"
          roots
        ];
        inherit roots;
      }
      ''
        mkdir $out
        grep '^/nix/store/' graph | sort -u | grep -v -e '\.drv$' -e "^$roots$" >$out/store-paths
      '';
}
// import ./text.nix { inherit lib runCommand shell; }
