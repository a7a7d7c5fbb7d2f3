# Debian's Python 3.13 with wheels from PyPI, under nixpkgs's names.
{
  lib,
  deb,
  version,
  runCommand,
  annotate,
}:
let
  inherit (import ./bootstrap.nix)
    sources
    build
    patchelf
    ;

  byteCompile = directory: ''
    $python -m compileall -q --invalidation-mode unchecked-hash "$out/${directory}"
  '';

  interpreter = deb {
    pname = "python3.13";
    parts = [
      "python3.13-minimal"
      "python3.13"
      "libpython3.13-minimal"
      "libpython3.13-stdlib"
    ];
    postUnpack = "rm -f lib/python3.13/EXTERNALLY-MANAGED";
    postFixup = "python=$out/bin/python3.13\n" + byteCompile "lib/python3.13";
  };
  python = "${interpreter}/bin/python3.13";

  # Libraries that a wheel's native modules may need, beside Python's own.
  wheelLibraries = map (pname: deb { inherit pname; }) [
    "libc6"
    "libgcc-s1"
  ];

  package =
    derivation: dependencies:
    annotate derivation {
      passthru = {
        inherit dependencies;
        pythonModule = true;
      };
    };

  fromWheel =
    entry:
    package (build "python3.13-${entry.name}-${entry.version}" ./wheel.sh {
      src = entry.source;
      deps = wheelLibraries;
      elf = ./elf.sh;
      patchelf = "${patchelf}/bin/patchelf";
      inherit python;
    }) (map (name: pkgs.${name}) entry.depends);

  # Debian's package, because PyPI has no wheel of it.
  psycopg2 = package (deb {
    pname = "python3-psycopg2";
    postUnpack = ''
      mkdir -p lib/python3.13
      mv lib/python3/dist-packages lib/python3.13/site-packages
      rmdir lib/python3
    '';
    postFixup = "python=${python}\n" + byteCompile "lib/python3.13/site-packages";
  }) [ ];

  pkgs = lib.mapAttrs (_: fromWheel) sources.wheels // { inherit psycopg2; };

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
    interpreter = python;
    sitePackages = "lib/python3.13/site-packages";
  };
}
