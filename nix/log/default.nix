# The cluster's syslog server. In: LOG_DIR, LOG_ADDRESS, LOG_PORT, LOG_METRICS_LISTEN.
{
  shellScript,
  rsyslog-light,
}:
let
  rotate = shellScript {
    name = "rotate";
    text = builtins.readFile ./rotate.sh;
  };
  room = shellScript {
    name = "log-room";
    text = builtins.readFile ./room.sh;
  };
  metrics = shellScript {
    name = "log-metrics";
    runtimeInputs = [ room ];
    text = builtins.readFile ./metrics.sh;
  };
  health = shellScript {
    name = "log-health";
    runtimeInputs = [ room ];
    text = builtins.readFile ./health.sh;
  };
  requests = shellScript {
    name = "requests";
    text = builtins.readFile ./requests.sh;
    meta.description = "Find the log lines of a request";
  };
in
shellScript {
  name = "service-log";
  runtimeInputs = [ rsyslog-light ];
  runtimeEnv = {
    LOG_CONFIGURATION = "${./rsyslog.conf}";
    LOG_METRICS = "${metrics}/bin/log-metrics";
    LOG_ROTATE = "${rotate}/bin/rotate";
  };
  text = builtins.readFile ./start.sh;
  meta.description = "Syslog server that keeps the cluster's log in one file";
  passthru = { inherit health requests; };
}
