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
  inherit (import ./bootstrap.nix) build;
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
    derivation // passthru // { inherit meta passthru; };
in
rec {
  inherit annotate;

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

  writeTextFile =
    {
      name,
      text,
      executable ? false,
      destination ? "",
      checkPhase ? "",
      meta ? { },
      passthru ? { },
    }:
    runCommand name
      {
        inherit text meta passthru;
        passAsFile = [ "text" ];
        preferLocalBuild = true;
      }
      ''
        target=$out${destination}
        mkdir -p "$(dirname "$target")"
        cp "$textPath" "$target"
        ${if executable then ''chmod +x "$target"'' else ""}
        ${checkPhase}
      '';

  writeShellApplication =
    {
      name,
      text,
      runtimeInputs ? [ ],
      runtimeEnv ? { },
      meta ? { },
      passthru ? { },
    }:
    let
      exports = lib.mapAttrs (
        variable: value: "${variable}=${lib.escapeShellArg value}\nexport ${variable}\n"
      ) runtimeEnv;
    in
    writeTextFile {
      inherit name passthru;
      meta = {
        mainProgram = name;
      }
      // meta;
      executable = true;
      destination = "/bin/${name}";
      text = ''
        #!${shell}
        set -o errexit
        set -o nounset
        set -o pipefail

        ${builtins.concatStringsSep "" (builtins.attrValues exports)}
        ${if runtimeInputs == [ ] then "" else ''export PATH="${lib.makeBinPath runtimeInputs}:$PATH"''}

        ${text}
      '';
      checkPhase = ''${shell} -n "$target"'';
    };

  mkShellNoCC =
    {
      packages ? [ ],
      shellHook ? "",
      ...
    }@arguments:
    runCommand (arguments.name or "nix-shell")
      (
        {
          nativeBuildInputs = packages;
          inherit shellHook;
        }
        // removeAttrs arguments [
          "name"
          "packages"
        ]
      )
      ''
        echo "a shell for nix develop" >$out
      '';
}
