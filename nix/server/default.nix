# One stateless HTTP node: nginx, Django in uWSGI and a forwarder of log lines,
# under one supervisor. docs/variables.md has the variables.
{
  lib,
  runCommand,
  writeShellApplication,
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
  programs = [
    nginx
    rsyslog-light
    supervise
    uwsgi-python
  ];

  # What start.py links into the run directory.
  files = runCommand "server-files" { } ''
    mkdir $out
    cp ${./empty_stats.py} $out/empty_stats.py
    cp ${./errors.conf} $out/errors.conf
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

  environment = {
    SERVER_FILES = "${files}";
    DJANGO_SETTINGS_MODULE = "config.settings";
    DJANGO_SOURCE = "${server-project}";
    PYTHON_HOME = "${pythons.server}";
    STATIC_ROOT = "${server-static}";
  };
  start = ./start.py;
  entrypoint = [
    "${pythons.server}/bin/python"
    "-P"
    "${start}"
  ];
in
writeShellApplication {
  name = "service-server";
  runtimeInputs = programs;
  runtimeEnv = environment;
  text = ''exec ${lib.concatStringsSep " " entrypoint} "$@"'';
  meta.description = "nginx, uWSGI and Django as one HTTP node";
  # The image starts it without a shell.
  passthru = {
    inherit
      entrypoint
      files
      programs
      start
      ;
    environment = environment // {
      PATH = lib.makeBinPath programs;
    };
  };
}
