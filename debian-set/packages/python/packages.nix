# Python packages by name: the locked wheels, and what Debian has instead.
{
  lib,
  annotate,
  bootstrap,
  # The set of the machine that builds, and its Python.
  buildPackages,
  buildPython,
  deb,
  version,
  byteCompile,
  closure,
  # Wheels by name.
  locked,
  platform,
  # Whether the machine that builds is the one that imports them.
  native,
}:
let
  inherit (bootstrap) build patchelf;
  purl = import ../../relocate/purl.nix;

  # Libraries that a wheel may take from its host, of those that manylinux allows (PEP 600), and
  # what these need.
  wheelLibraries = map (pname: deb { inherit pname; }) [
    "libc6"
    "libexpat1"
    "libgcc-s1"
    "libstdc++6"
    "zlib1g"
  ];

  # NAMES are pname, where there is one, and version; MODULES all that must be there to import it.
  package =
    names: derivation: modules:
    annotate derivation {
      passthru = {
        propagatedBuildInputs = modules;
        requiredPythonModules = modules;
      }
      // names;
    };

  wheel =
    {
      name,
      pypi,
      src,
      imports ? [ ],
      dependencies ? [ ],
      # Libraries beside those above, and the lines that put their paths into the package.
      others ? [ ],
      fit ? "",
    }:
    build "python3.13-${name}" ./wheel.sh {
      inherit
        src
        dependencies
        fit
        ;
      imports = if native then imports else [ ];
      python = buildPython;
      deps = wheelLibraries;
      inherit (platform) libraries loader;
      elf = ../../relocate/elf.sh;
      unzip = ./unzip.py;
      patchelf = "${patchelf}/bin/patchelf";
    }
    // {
      buildInputs = wheelLibraries ++ others;
      meta.identifiers.purls = [ (purl.pypi pypi) ];
    };

  # All that packages of these names need, and these; they may need one another.
  below =
    names:
    map (item: packages.${item.key}) (
      builtins.genericClosure {
        startSet = map (key: { inherit key; }) names;
        operator = item: map (key: { inherit key; }) (locked.${item.key}.depends or [ ]);
      }
    );

  fromLock =
    entry:
    package
      {
        pname = entry.name;
        inherit (entry) version;
      }
      (wheel (
        {
          name = "${entry.name}-${entry.version}";
          pypi = entry;
          src = entry.source;
        }
        // fitted.${entry.name} or { }
      ))
      (below entry.depends)
    // {
      optional-dependencies = lib.mapAttrs (_: map (name: packages.${name})) (entry.extras or { });
    };

  # Wheels that look for libraries where Debian installs them.
  fitted.psycopg = {
    imports = [ "psycopg" ];
    others = [ libpq ];
    fit = ''
      sed -i 's|ctypes.util.find_library("pq")|"${libpq}/lib/${platform.libraries}/libpq.so.5"|' \
        psycopg/pq/misc.py
      sed -i 's|ctypes.util.find_library("c")|"libc.so.6"|' psycopg/pq/_pq_ctypes.py
    '';
  };
  libpq = deb { pname = "libpq5"; };

  # A wheel that fetchPypi brought, for this machine and for the one that builds.
  buildPythonPackage =
    arguments:
    if native then
      ofWheel arguments
    else
      ofWheel arguments // { buildPackage = buildPackages.python313.pkgs.buildPythonPackage arguments; };
  ofWheel =
    {
      pname,
      version,
      format,
      src,
      dependencies ? [ ],
      pythonImportsCheck ? [ ],
      # nixpkgs's hook that compares versions; pip did when it locked them.
      dontCheckRuntimeDeps ? false,
    }:
    if format != "wheel" then
      throw "buildPythonPackage: the Debian set builds only format = \"wheel\", not ${format}"
    else
      package { inherit pname version; } (wheel {
        name = "${pname}-${version}";
        pypi = {
          name = pname;
          inherit version;
        };
        inherit src;
        imports = pythonImportsCheck;
        dependencies = map (dependency: dependency.outPath) (closure dependencies);
      }) (closure dependencies);

  # Debian's own package of a module.
  debian =
    pname:
    package { version = version [ pname ]; } (deb {
      inherit pname;
      postUnpack = ''
        mkdir -p lib/python3.13
        mv lib/python3/dist-packages lib/python3.13/site-packages
        rmdir lib/python3
      '';
      postFixup = "python=${buildPython}\n" + byteCompile "lib/python3.13/site-packages";
    }) [ ];

  # As set.nix has it for the others.
  spliced =
    name: package:
    if native then package else package // { buildPackage = buildPackages.python313.pkgs.${name}; };

  packages = lib.mapAttrs (name: entry: spliced name (fromLock entry)) locked // {
    inherit buildPythonPackage;
    toPythonModule = derivation: package { version = ""; } derivation [ ];
    psycopg2 = debian "python3-psycopg2"; # PyPI has no wheel of it
    pyyaml = debian "python3-yaml"; # the wheel's symbols are 2.5 MB
  };
in
packages
