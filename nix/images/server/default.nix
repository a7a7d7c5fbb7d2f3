# One stateless HTTP node: nginx, Django in uWSGI and a forwarder of log lines,
# under one supervisor. docs/variables.md has the variables.
{
  buildPythonStarted,
  runCommand,
  nginx,
  pythons,
  rsyslog-light,
  server-errors,
  server-project,
  server-static,
  supervise,
  uwsgi-python,
}:
let
  # What start.py links into the run directory.
  files = runCommand "server-files" { } ''
    mkdir $out
    cp ${./ask-logins.conf} $out/ask-logins.conf
    cp ${./empty_stats.py} $out/empty_stats.py
    cp ${./errors.conf} $out/errors.conf
    cp ${./probes.conf} $out/probes.conf
    cp ${./forward.conf} $out/forward.conf
    cp ${./nginx.conf} $out/nginx.conf
    cp ${./output-json.conf} $out/output-json.conf
    cp ${./output-text.conf} $out/output-text.conf
    cp ${./rsyslog.conf} $out/rsyslog.conf
    cp ${./static.conf} $out/static.conf
    cp ${./supervisord.conf} $out/supervisord.conf
    cp ${./uwsgi.ini} $out/uwsgi.ini
    cp ${./uwsgi_params} $out/uwsgi_params
    cp ${./worker.conf} $out/worker.conf
    ln -s ${server-errors} $out/errors
    ln -s ${nginx}/conf/mime.types $out/mime.types
    # All but the manifest of names, which is for Django.
    mkdir $out/static
    ln -s ${server-static}/* $out/static/
    rm $out/static/staticfiles.json
  '';
in
buildPythonStarted {
  name = "service-server";
  python = "${pythons.server}/bin/python";
  start = ./start.py;
  environment = {
    SERVER_FILES = "${files}";
    DJANGO_SETTINGS_MODULE = "config.settings";
    DJANGO_SOURCE = "${server-project}";
    PYTHON_HOME = "${pythons.server}";
    STATIC_ROOT = "${server-static}";
  };
  inherit files;
  programs = [
    nginx
    rsyslog-light
    supervise
    uwsgi-python
  ];
  description = "nginx, uWSGI and Django as one HTTP node";
}
