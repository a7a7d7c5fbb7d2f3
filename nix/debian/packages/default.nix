# The package set: the nixpkgs attributes that nix/ uses, and no others. ../README.md has them as
# a table.
let
  lib = import ../lib.nix;
  inherit (import ../relocate/deb.nix) deb debs version;
  bootstrap = import ../relocate/bootstrap.nix;
  stdenv = import ./stdenv { inherit lib debs; };
  inherit (stdenv) annotate;

  pkgs =
    import ./programs.nix { inherit annotate debs; }
    // import ./fitted.nix { inherit annotate deb; }
    // {
      inherit lib;
      newScope = scope: lib.callPackageWith (pkgs // scope);
      inherit (stdenv)
        closureInfo
        mkShellNoCC
        runCommand
        writeShellApplication
        writeTextFile
        ;
      stdenv.hostPlatform.go.GOARCH = "amd64";

      # Statically linked: nothing below it.
      busybox = annotate bootstrap.busyboxWithLinks { meta.mainProgram = "busybox"; };

      postgresql_17 = import ./postgresql.nix { inherit deb debs; };
      prometheus-alertmanager = import ./alertmanager.nix { inherit annotate deb debs; };
      uwsgi = import ./uwsgi.nix {
        inherit annotate deb;
        inherit (pkgs) python313;
      };

      fetchPypi = import ./python/fetch-pypi.nix;
      python313 = import ./python {
        inherit
          annotate
          deb
          lib
          version
          ;
        inherit (stdenv) runCommand;
      };
      # Programs that PyPI has as wheels and Debian does not have.
      inherit (pkgs.python313.pkgs) ruff;
      squawk = pkgs.python313.pkgs.squawk-cli;

      testers = import ../vm {
        inherit
          annotate
          bootstrap
          deb
          debs
          lib
          ;
        packages = pkgs;
      };
    };
in
pkgs
