# nixpkgs's trivial builders on the shell and tools of the machine that builds.
{
  lib,
  bootstrap,
  # Debian's packages for that machine, and for the one that runs what is built.
  buildDebs,
  debs,
  # What lets a builder start programs of the other architecture: { builder, environment }.
  emulation ? null,
}:
let
  # What stdenv has on its PATH, as far as Debian's packages are in the set.
  tools = map (name: buildDebs.${name}) [
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
  buildShell = "${buildDebs.bash}/bin/bash";
  # `nix develop` sources $stdenv/setup too.
  stdenv = bootstrap.build "stdenv" ./stdenv.sh {
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

  # nixpkgs's splicing: programs that a build starts are those of the machine that builds.
  forBuild = package: package.buildPackage or package;

  command = if emulation == null then [ buildShell ] else emulation.command ++ [ buildShell ];

  runCommand =
    name: environment: buildCommand:
    annotate (derivation (
      {
        inherit name buildCommand stdenv;
        __ignoreNulls = true; # as in nixpkgs: a null is no attribute
        outputs = [ "out" ];
        inherit (bootstrap.platform) system;
        builder = builtins.head command;
        args = builtins.tail command ++ [
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
        # As with nixpkgs's strictDeps: buildInputs are for what is built, not for the builder.
        inputs = lib.makeBinPath (map forBuild (environment.nativeBuildInputs or [ ]));
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
// import ./text.nix {
  inherit lib runCommand buildShell;
  shell = "${debs.bash}/bin/bash";
}
