# The package set: the nixpkgs attributes that nix/ uses, and no others. README.md
# has them as a table.
let
  lib = import ./lib.nix;
  debian = import ./deb.nix;
  inherit (debian) deb debs version;
  stdenv = import ./stdenv.nix { inherit lib debs version; };

  # A Debian package as it is, with the command that lib.getExe names.
  program = pname: mainProgram: stdenv.annotate debs.${pname} { meta = { inherit mainProgram; }; };

  pkgs = {
    inherit lib;
    inherit (stdenv)
      mkShellNoCC
      runCommand
      writeShellApplication
      ;
    callPackage = lib.callPackageWith pkgs;

    bashInteractive = program "bash" "bash"; # which `nix develop` starts
    coreutils = program "coreutils" "ls";

    fetchPypi = import ./fetch-pypi.nix;

    # nixpkgs has the preload library at lib/.
    libfaketime = deb {
      pname = "libfaketime";
      postUnpack = "ln -s x86_64-linux-gnu/faketime/libfaketime.so.1 lib/libfaketime.so.1";
    };

    # nixpkgs has mime.types and its like at conf/.
    nginx = stdenv.annotate (deb {
      pname = "nginx";
      parts = [
        "nginx"
        "nginx-common"
      ];
      postUnpack = "ln -s etc/nginx conf";
    }) { meta.mainProgram = "nginx"; };

    postgresql_17 = import ./postgresql.nix { inherit deb debs; };

    python313 = import ./python.nix {
      inherit lib deb version;
      inherit (stdenv) runCommand annotate;
    };
    # A program that PyPI has as a wheel and Debian does not have.
    ruff = pkgs.python313.pkgs.ruff;
    shellcheck = program "shellcheck" "shellcheck";

    uwsgi = import ./uwsgi.nix { inherit deb pkgs; };
  };
in
pkgs
