# The cluster's syslog server. In: LOG_DIR, LOG_ADDRESS, LOG_PORT.
{
  callPackage,
  rsyslog-light,
}:
let
  script = callPackage ../script.nix { };
  rotate = script {
    name = "rotate";
    text = builtins.readFile ./rotate.sh;
  };
  requests = script {
    name = "requests";
    text = builtins.readFile ./requests.sh;
    meta.description = "Find the log lines of a request";
  };
in
script {
  name = "templatesite-log";
  runtimeInputs = [ rsyslog-light ];
  runtimeEnv = {
    LOG_CONFIGURATION = "${./rsyslog.conf}";
    LOG_ROTATE = "${rotate}/bin/rotate";
  };
  text = builtins.readFile ./start.sh;
  meta.description = "Syslog server that keeps the cluster's log in one file";
  passthru = { inherit requests; };
}
