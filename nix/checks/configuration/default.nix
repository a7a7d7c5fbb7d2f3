# Each daemon's real configuration, judged by the daemon's own tool.
{
  lib,
  buildCommandCheck,
  caddy,
  docker-compose,
  edge,
  nginx,
  pythons,
  files,
  rsyslog-light,
  server,
  service,
  template,
  uwsgi-python,
}:
let
  # What docs/variables.md has a section for, with the folders of what reads them.
  programs = {
    alerts = [ ../../images/alerts ];
    backup = [
      ../../images/backup
      (template + "/backup/backup")
    ];
    db = [ ../../images/db ];
    db-metrics = [ ../../images/db-metrics ];
    edge = [ ../../images/edge ];
    log = [ ../../images/log ];
    metrics = [ ../../images/metrics ];
    server = [ ../../images/server ];
    system-test = [
      ../../images/system-test
      (template + "/system-tests")
    ];
  };
  arguments = lib.concatLists (
    lib.mapAttrsToList (image: map (folder: "${image}=${folder}")) programs
  );
in
buildCommandCheck "configuration"
  (
    service.environment
    // {
      nativeBuildInputs = [
        caddy
        docker-compose
        nginx
        pythons.tests
        rsyslog-light
        uwsgi-python
      ];
      inherit (edge.environment) EDGE_ERRORS EDGE_FILES;
      inherit (server.environment)
        SERVER_FILES
        DJANGO_SETTINGS_MODULE
        DJANGO_SOURCE
        PYTHON_HOME
        ;
      # The run directory as the server's start makes it.
      setup = ''
        export RUN_DIR=$PWD/run API_RATE=10 TRUSTED_PROXIES=10.0.0.0/8,::1 SYSLOG_HOST=log.example
        export LOG_DIR=$PWD LOG_ADDRESS=127.0.0.1 LOG_PORT=5514
        export LOG_ROTATE=/bin/true LOG_METRICS=/bin/true
        cp ${../../images/server/start.py} start.py
        ${pythons.server}/bin/python -c "
        import pathlib, start
        start.read_environment()
        start.prepare(pathlib.Path('run'), ['https://app.example'], ['/login/'])"
        export SYSLOG_PORT=5514 SYSLOG_STATS=log.stats
      '';
    }
  )
  {
    "nginx" = "nginx -t -e stderr -p run -c nginx.conf";
    "caddy" = "python -B ${./caddy.py} ${../../images/edge/start.py}";
    "rsyslog of the edge" = "RUN_DIR=run rsyslogd -N1 -f ${../../images/edge/rsyslog.conf}";
    "rsyslog of the server" = "rsyslogd -N1 -f run/rsyslog.conf";
    "rsyslog of the log" = "rsyslogd -N1 -f ${../../images/log/rsyslog.conf}";
    # All that a start does but to serve.
    "uwsgi" = ''
      cd run && DJANGO_SECRET_KEY=$(printf %050d 0) ALLOWED_HOSTS=localhost POSTGRES_PASSWORD=p \
        PROMETHEUS_MULTIPROC_DIR=$PWD/metrics uwsgi --ini uwsgi.ini --no-server
    '';
    "stop times" = "python -P ${./stops.py} ${
      template + "/docs/architecture.md"
    } ${../../images/server} ${../../images/edge} ${../../cluster} ${files}/docker-compose.yaml ${
      template + "/deploy/compose.production.yaml"
    }";
    "environment variables" = "python -P ${./variables.py} ${template + "/docs/variables.md"} ${
      lib.concatStringsSep " " arguments
    }";
    "compose" = "docker-compose --file ${files}/docker-compose.yaml config --quiet";
  }
