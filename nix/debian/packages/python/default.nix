# Debian's Python 3.13 with wheels from PyPI, under nixpkgs's names.
{
  lib,
  deb,
  version,
  runCommand,
  annotate,
}:
let
  # -B: what compileall itself imports would be there already, with times that Nix
  # changes; Python would compile it at each start, and root write it into the store.
  byteCompile = directory: ''
    $python -B -m compileall -q --invalidation-mode unchecked-hash "$out/${directory}"
  '';

  interpreter = import ./interpreter.nix { inherit byteCompile deb; };

  pkgs = import ./packages.nix {
    inherit
      lib
      annotate
      deb
      version
      byteCompile
      closure
      interpreter
      ;
  };

  closure =
    packages:
    map (item: item.package) (
      builtins.genericClosure {
        startSet = map item packages;
        operator = entry: map item entry.package.dependencies;
      }
    );
  item = package: {
    key = package.outPath;
    inherit package;
  };

  # A virtual environment (PEP 405): what it sees is what it was given.
  withPackages =
    select:
    runCommand "python3-${version [ "python3.13" ]}-env"
      {
        packages = map (package: package.outPath) (closure (select pkgs));
        inherit interpreter;
        meta.mainProgram = "python3";
      }
      ''
        bash ${./python-env.sh}
      '';
in
annotate interpreter {
  meta.mainProgram = "python3.13";
  passthru = {
    inherit pkgs withPackages;
  };
}
