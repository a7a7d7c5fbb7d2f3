# nixpkgs's functions for Python over the Debian set's interpreter and wheels.
{ nixpkgs, debian }:
final: previous:
let
  inherit (final) lib;
  folder = nixpkgs + "/pkgs/development/interpreters/python";
  inherit (debian.python313) pkgs;

  # With nixpkgs's sitecustomize.py, which reads NIX_PYTHONPATH.
  interpreter = final.stdenvNoCC.mkDerivation {
    pname = "python3";
    version = "3.13";
    dontUnpack = true;
    installPhase = ''
      cp -r ${debian.python313} $out
      chmod -R u+w $out
      find $out -name __pycache__ -prune -exec rm -r {} +
      rm -r $out/share/doc
      grep -rlF ${debian.python313} $out | xargs sed -i "s|${debian.python313}|$out|g"
      cd $out/lib/python3.13
      # Debian's installs below local/.
      sed -i -E "s/(= |LAYOUT', )'posix_local'/\1'posix_prefix'/" sysconfig/__init__.py
      # The site module, which is frozen, knows folders of other names; this file comes after it.
      rm sitecustomize.py
      {
        echo 'import site, sys'
        echo 'site.addsitedir(f"{sys.prefix}/lib/python3.13/site-packages")'
        cat ${folder + "/sitecustomize.py"}
      } >sitecustomize.py
      $out/bin/python3.13 -B -m compileall -q --invalidation-mode unchecked-hash .
      ln -s python3.13 $out/bin/python3
      ln -s python3.13 $out/bin/python
    '';
    setupHook = final.python-setup-hook "lib/python3.13/site-packages";
    meta.mainProgram = "python3.13";
    meta.platforms = lib.platforms.linux;
    passthru = functions;
  };

  functions = final.callPackage (folder + "/passthrufun.nix") { } {
    implementation = "cpython";
    libPrefix = "python3.13";
    executable = "python3.13";
    sourceVersion = {
      major = "3";
      minor = "13";
      patch = "5";
      suffix = "";
    };
    pythonVersion = "3.13";
    packageOverrides =
      _: previous:
      lib.mapAttrs (_: module) (
        lib.filterAttrs (_: lib.isDerivation) pkgs // { inherit installer mypy; }
      )
      # With this nixpkgs installs a package that its hooks for the others need.
      // {
        bootstrap = previous.bootstrap // {
          packaging = module pkgs.packaging;
        };
      };
    sitePackages = "lib/python3.13/site-packages";
    hasDistutilsCxxPatch = false;
    pythonOnBuildForBuild = interpreter;
    pythonOnBuildForHost = interpreter;
    pythonOnBuildForTarget = interpreter;
    pythonOnHostForHost = interpreter;
    pythonOnTargetForTarget = interpreter;
    pythonAttr = "python313";
    self = interpreter;
  };

  # pypaInstallHook gives it an option, which comes by a patch of nixpkgs's for sources.
  installer =
    pkgs.installer
    // final.runCommand "installer" { inherit (pkgs) installer; } ''
      cp -r $installer $out
      chmod -R u+w $out
      cd $out/lib/python3.13/site-packages/installer
      sed -i -e 's/interpreter=sys.executable/interpreter=args.executable/' \
        -e 's/^    return parser/    parser.add_argument("--executable")\n&/' __main__.py
      rm __pycache__/__main__.*
    '';

  # nixpkgs's packages have their programs; those of the Debian set get them in an environment.
  mypy =
    pkgs.mypy
    // final.runCommand "mypy" { } ''
      mkdir -p $out/bin
      ln -s ${pkgs.mypy}/lib $out/lib
      {
        echo '#!${interpreter}/bin/python3.13'
        echo 'from mypy.__main__ import console_entry'
        echo 'console_entry()'
      } >$out/bin/mypy
      chmod +x $out/bin/mypy
    '';

  # A package of the Debian set as what buildPythonPackage makes.
  module =
    package:
    let
      dependencies = map module package.requiredPythonModules;
    in
    package
    // {
      pythonModule = interpreter;
      requiredPythonModules = lib.unique (
        dependencies ++ lib.concatMap (one: one.requiredPythonModules) dependencies
      );
      optional-dependencies = lib.mapAttrs (_: map module) package.optional-dependencies or { };
    };
in
{
  python313 = interpreter;
  python313Packages = functions.pkgs;
}
