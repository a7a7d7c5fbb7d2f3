# TLS before the servers: Caddy and a forwarder of log lines, under one supervisor.
# docs/variables.md has the variables.
{
  lib,
  caddy,
  python313,
  rsyslog-light,
  runCommand,
  server-errors,
  supervise,
  writeShellApplication,
}:
let
  programs = [
    caddy
    rsyslog-light
    supervise
  ];

  # What start.py links into the run directory.
  files = runCommand "edge-files" { } ''
    mkdir $out
    cp ${./Caddyfile} $out/Caddyfile
    cp ${./log.conf} $out/log.conf
    cp ${./rsyslog.conf} $out/rsyslog.conf
    cp ${./supervisord.conf} $out/supervisord.conf
    cp ${../server/forward.conf} $out/forward.conf
    cp ${../server/output-json.conf} $out/output-json.conf
    cp ${../server/output-text.conf} $out/output-text.conf
  '';

  environment = {
    EDGE_ERRORS = "${server-errors}";
    EDGE_FILES = "${files}";
  };
  start = ./start.py;
  entrypoint = [
    "${python313}/bin/python3.13"
    "-P"
    "${start}"
  ];
in
writeShellApplication {
  name = "service-edge";
  runtimeInputs = programs;
  runtimeEnv = environment;
  text = ''exec ${lib.concatStringsSep " " entrypoint} "$@"'';
  meta.description = "Caddy with certificates, before the servers";
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
