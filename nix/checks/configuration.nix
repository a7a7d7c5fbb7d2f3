# Each daemon's real configuration, judged by the daemon's own tool.
{
  callPackage,
  nginx,
  prometheus,
  pythons,
  rsyslog-light,
  server,
}:
callPackage ./cases.nix { } "configuration"
  {
    nativeBuildInputs = [
      nginx
      prometheus.cli
      rsyslog-light
    ];
    inherit (server.environment) SERVER_FILES DJANGO_SOURCE;
    # The run directory as the server's start makes it.
    setup = ''
      export RUN_DIR=$PWD/run TRUSTED_PROXIES=10.0.0.0/8,::1 SYSLOG_HOST=log.example
      export LOG_DIR=$PWD LOG_ADDRESS=127.0.0.1 LOG_PORT=5514 LOG_ROTATE=/bin/true
      cp ${../server/start.py} start.py
      ${pythons.server}/bin/python -c "import pathlib, start; start.read_environment(); start.prepare(pathlib.Path('run'))"
      export SYSLOG_PORT=5514 SYSLOG_STATS=log.stats PYTHON_HOME=${pythons.server}
      cp -r --no-preserve=mode ${../metrics} metrics
      echo '[]' >metrics/alertmanagers.yml
    '';
  }
  {
    "nginx" = "nginx -t -e stderr -p run -c nginx.conf";
    "rsyslog of the server" = "rsyslogd -N1 -f run/rsyslog.conf";
    "rsyslog of the log" = "rsyslogd -N1 -f ${../log/rsyslog.conf}";
    "prometheus" = "promtool check config --lint=all --lint-fatal metrics/prometheus.yml";
    "rules" = "promtool check rules --lint=all --lint-fatal metrics/rules/*.yml";
    "tests of the rules" = "cd metrics/tests && promtool test rules *.yml";
  }
