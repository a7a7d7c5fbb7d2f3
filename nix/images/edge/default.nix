# TLS before the servers: Caddy and a forwarder of log lines, under one supervisor.
# docs/variables.md has the variables.
{
  buildPythonStarted,
  caddy,
  python313,
  rsyslog-light,
  runCommand,
  server-errors,
  supervise,
}:
let
  python = "${python313}/bin/python3.13";
  # What start.py links into the run directory.
  files = runCommand "edge-files" { } ''
    mkdir $out
    cp ${./Caddyfile} $out/Caddyfile
    cp ${./certificates.py} $out/certificates.py
    cp ${./log.conf} $out/log.conf
    cp ${./metrics.txt} $out/metrics.txt
    cp ${./rsyslog.conf} $out/rsyslog.conf
    cp ${./supervisord.conf} $out/supervisord.conf
    cp ${../server/forward.conf} $out/forward.conf
    cp ${../server/output-json.conf} $out/output-json.conf
    cp ${../server/output-text.conf} $out/output-text.conf
  '';
in
buildPythonStarted {
  name = "service-edge";
  inherit python;
  start = ./start.py;
  environment = {
    EDGE_ERRORS = "${server-errors}";
    EDGE_FILES = "${files}";
    EDGE_PYTHON = python;
  };
  inherit files;
  programs = [
    caddy
    rsyslog-light
    supervise
  ];
  description = "Caddy with certificates, before the servers";
}
