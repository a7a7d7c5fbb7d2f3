# The package set: the nixpkgs attributes that nix/ uses, and no others. README.md
# has them as a table.
let
  lib = import ./lib.nix;
  debian = import ./deb.nix;
  inherit (debian) deb debs version;
  stdenv = import ./stdenv.nix { inherit lib debs; };

  # A Debian package as it is, with the command that lib.getExe names.
  program = pname: mainProgram: stdenv.annotate debs.${pname} { meta = { inherit mainProgram; }; };

  pkgs = {
    inherit lib;
    newScope = scope: lib.callPackageWith (pkgs // scope);
    inherit (stdenv)
      closureInfo
      mkShellNoCC
      runCommand
      writeShellApplication
      writeTextFile
      ;
    bubblewrap = program "bubblewrap" "bwrap";
    bashInteractive = program "bash" "bash"; # which `nix develop` starts
    coreutils = program "coreutils" "ls";
    diffutils = program "diffutils" "diff";
    findutils = program "findutils" "find";
    gnugrep = program "grep" "grep";
    gnused = program "sed" "sed";
    gnutar = program "tar" "tar";

    # Statically linked: nothing below it.
    busybox = stdenv.annotate (import ./bootstrap.nix).busyboxWithLinks {
      meta.mainProgram = "busybox";
    };

    # The registry of OCI images.
    distribution = program "docker-registry" "docker-registry";

    docker-compose = program "docker-compose" "docker-compose";

    # Debian's package of the same sources.
    fetchFromGitHub =
      { owner, repo, ... }:
      {
        "opencontainers/image-spec" = deb {
          pname = "golang-github-opencontainers-image-spec-dev";
          postUnpack = "ln -s share/gocode/src/github.com/opencontainers/image-spec/schema schema";
        };
      }
      ."${owner}/${repo}";

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
    pgbouncer = program "pgbouncer" "pgbouncer";

    # promtool is apart, as nixpkgs's output `cli` is.
    prometheus = stdenv.annotate debs.prometheus {
      meta.mainProgram = "prometheus";
      passthru.cli = program "promtool" "promtool";
    };

    prometheus-alertmanager = import ./alertmanager.nix {
      inherit deb debs;
      inherit (stdenv) annotate;
    };
    # nixpkgs's name of the program.
    prometheus-postgres-exporter = stdenv.annotate (deb {
      pname = "prometheus-postgres-exporter";
      postUnpack = "ln -s prometheus-postgres-exporter bin/postgres_exporter";
    }) { meta.mainProgram = "postgres_exporter"; };

    rsyslog-light = stdenv.annotate (deb {
      pname = "rsyslog";
      wraps = true;
      # The module directory is compiled in; RSYSLOG_MODDIR is read before it.
      postFixup = ''
        mv bin/rsyslogd bin/.rsyslogd
        wrap bin/rsyslogd "$out/bin/.rsyslogd" "-DVARIABLE=\"RSYSLOG_MODDIR=$out/lib/x86_64-linux-gnu/rsyslog\","
      '';
    }) { meta.mainProgram = "rsyslogd"; };

    glibc = debs.libc6;

    skopeo = program "skopeo" "skopeo";

    stdenv.hostPlatform.go.GOARCH = "amd64";

    # A program that PyPI has as a wheel and Debian does not have.
    ruff = pkgs.python313.pkgs.ruff;
    shellcheck = program "shellcheck" "shellcheck";

    # nixpkgs's build of util-linux with fewer dependencies.
    util-linuxMinimal = debs.util-linux;
    wrk = program "wrk" "wrk";

    testers = import ./vm {
      inherit lib deb debs;
      inherit (stdenv) annotate;
      bootstrap = import ./bootstrap.nix;
      packages = pkgs;
    };

    uwsgi = import ./uwsgi.nix {
      inherit deb;
      inherit (stdenv) annotate;
      inherit (pkgs) python313;
    };
  };
in
pkgs
