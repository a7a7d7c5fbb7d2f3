# Debian packages that need a change to be where nixpkgs has them, or to work from the store.
{
  annotate,
  deb,
  platform,
}:
let
  program = mainProgram: package: annotate package { meta = { inherit mainProgram; }; };
in
{
  # nixpkgs has all authorities in one file.
  cacert = deb {
    pname = "ca-certificates";
    postUnpack = ''
      cat share/ca-certificates/mozilla/*.crt >etc/ssl/certs/ca-bundle.crt
      rm -r bin share/ca-certificates
    '';
  };

  # The one without a screen; its data is apart. Of what draws with a GPU it loads no part.
  chromium = program "chromium" (deb {
    pname = "chromium";
    parts = [
      "chromium-headless-shell"
      "chromium-common"
      "libgbm1"
    ];
    postUnpack = ''
      ln -s ../lib/chromium/chromium-headless-shell bin/chromium
      rm -r bin/chromium-headless-shell lib/chromium/libVk* lib/*/gbm
    '';
  });

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

  # nixpkgs has the preload library at lib/.
  libfaketime = deb {
    pname = "libfaketime";
    postUnpack = "ln -s ${platform.libraries}/faketime/libfaketime.so.1 lib/libfaketime.so.1";
  };

  # nixpkgs has mime.types and its like at conf/.
  nginx = program "nginx" (deb {
    pname = "nginx";
    parts = [
      "nginx"
      "nginx-common"
    ];
    postUnpack = "ln -s etc/nginx conf";
  });

  # nixpkgs's name of the program.
  prometheus-postgres-exporter = program "postgres_exporter" (deb {
    pname = "prometheus-postgres-exporter";
    postUnpack = "ln -s prometheus-postgres-exporter bin/postgres_exporter";
  });

  # The module directory is compiled in; RSYSLOG_MODDIR is read before it.
  rsyslog-light = program "rsyslogd" (deb {
    pname = "rsyslog";
    wraps = true;
    postFixup = ''
      mv bin/rsyslogd bin/.rsyslogd
      wrap bin/rsyslogd "$out/bin/.rsyslogd" \
        "-DVARIABLE=\"RSYSLOG_MODDIR=$out/lib/${platform.libraries}/rsyslog\","
    '';
  });
}
