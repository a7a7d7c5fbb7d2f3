# The cluster's syslog server. docs/variables.md has its environment variables.
{
  buildShellScript,
  rsyslog-light,
}:
let
  rotate = buildShellScript {
    name = "rotate";
    text = builtins.readFile ./rotate.sh;
  };
  room = buildShellScript {
    name = "log-room";
    text = builtins.readFile ./room.sh;
  };
  metrics = buildShellScript {
    name = "log-metrics";
    runtimeInputs = [ room ];
    text = builtins.readFile ./metrics.sh;
  };
  health = buildShellScript {
    name = "log-health";
    runtimeInputs = [ room ];
    text = builtins.readFile ./health.sh;
  };
  find-requests = buildShellScript {
    name = "find-requests";
    text = builtins.readFile ./find-requests.sh;
    meta.description = "Find the log lines of a request";
  };
in
buildShellScript {
  name = "service-log";
  runtimeInputs = [ rsyslog-light ];
  runtimeEnv = {
    LOG_CONFIGURATION = "${./rsyslog.conf}";
    LOG_METRICS = "${metrics}/bin/log-metrics";
    LOG_ROTATE = "${rotate}/bin/rotate";
  };
  text = builtins.readFile ./start.sh;
  meta.description = "Syslog server that keeps the cluster's log in one file";
  passthru = { inherit health find-requests; };
}
