# What images begin with: those that begin alike share these layers.
{
  busybox,
  cacert,
  glibc,
  python313,
  pythons,
  rsyslog-light,
  service,
}:
let
  libc = {
    paths = [
      cacert
      glibc
    ];
    # Character sets that are not UTF-8, for programs that call iconv: none here does.
    without = [ "lib/**/gconv" ];
  };
  interpreter = {
    paths = [ python313 ];
    without = [
      # Windows on a terminal; the plain prompt stays.
      "lib/python3.13/curses"
      "lib/python3.13/lib-dynload/_curses*"
      "lib/**/libformw.so*"
      "lib/**/libmenuw.so*"
      "lib/**/libpanelw.so*"
      "lib/python3.13/venv"
      "lib/**/engines-3" # OpenSSL has providers instead
    ];
  };
  # A Python environment without what serves the development of its packages.
  packages = environment: {
    paths = [ environment ];
    without = [
      "**/*.dist-info/RECORD"
      "**/*.pyi"
      "**/benchmarks"
      "**/site-packages/**/tests"
      "**/django/db/backends/mysql"
      "**/django/db/backends/oracle"
      "**/locale/*/LC_MESSAGES"
    ]
    ++ map (language: "!**/locale/${language}/LC_MESSAGES") service.languages;
  };
in
{
  inherit interpreter packages;

  supervisor = packages pythons.supervisor;

  shell = [
    libc
    { paths = [ busybox ]; }
  ];

  # Without modules that no rsyslog.conf here loads.
  rsyslog = {
    paths = [ rsyslog-light ];
    without = [
      "lib/**/rsyslog/im[fjk]*.so"
      "lib/**/rsyslog/imptcp.so"
      "lib/**/rsyslog/[mp]m*.so"
      "lib/**/rsyslog/om[jmu]*.so"
    ];
  };

  python = [
    libc
    interpreter
  ];
}
