# nixpkgs's builders of files from text, and its shell for `nix develop`.
{
  lib,
  runCommand,
  # That scripts run in, and that of the machine that builds.
  shell,
  buildShell,
}:
rec {
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
      path = ''export PATH="${lib.makeBinPath runtimeInputs}:$PATH"'';
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
        ${if runtimeInputs == [ ] then "" else path}

        ${text}
      '';
      checkPhase = ''${buildShell} -n "$target"'';
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
