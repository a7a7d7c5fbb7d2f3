# Debian's Python 3.13 with wheels from PyPI, under nixpkgs's names.
{
  lib,
  bootstrap,
  deb,
  version,
  locked,
  platform,
  runCommand,
  annotate,
  # The set of the machine that builds, and whether that is this one.
  buildPackages,
  native,
}:
let
  # -B: what compileall itself imports would be there already, with times that Nix
  # changes; Python would compile it at each start, and root write it into the store.
  byteCompile = directory: ''
    $python -B -m compileall -q --invalidation-mode unchecked-hash "$out/${directory}"
  '';

  interpreter = import ./interpreter.nix {
    inherit byteCompile deb;
    buildPython = if native then "$out/bin/python3.13" else buildPython;
  };
  # Byte code is the same for every machine.
  buildPython = "${if native then interpreter else buildPackages.python313}/bin/python3.13";

  pkgs = import ./packages.nix {
    inherit
      lib
      annotate
      bootstrap
      buildPackages
      buildPython
      deb
      version
      byteCompile
      closure
      locked
      native
      platform
      ;
  };

  # As nixpkgs has it: each names all that it needs.
  closure =
    packages:
    lib.unique (packages ++ lib.concatMap (package: package.requiredPythonModules) packages);

  # A virtual environment (PEP 405): what it sees is what it was given.
  withPackages =
    select:
    let
      chosen = select pkgs;
    in
    runCommand "python3-${version [ "python3.13" ]}-env"
      {
        packages = map (package: package.outPath) (closure chosen);
        inherit buildPython interpreter;
        meta.mainProgram = "python3";
      }
      ''
        bash ${./python-env.sh}
      ''
    # What of it a build starts.
    // (
      if !native && builtins.all (package: package ? buildPackage) (closure chosen) then
        {
          buildPackage = buildPackages.python313.withPackages (
            _: map (package: package.buildPackage) (closure chosen)
          );
        }
      else
        { }
    );
in
annotate interpreter {
  meta.mainProgram = "python3.13";
  passthru = {
    inherit pkgs withPackages;
  };
}
