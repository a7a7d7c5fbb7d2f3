# Prometheus with rules and a console. start.sh has what it reads.
{
  metrics-configuration,
  prometheus,
  buildShellScript,
}:
buildShellScript {
  name = "service-metrics";
  runtimeInputs = [ prometheus ];
  runtimeEnv.METRICS_CONFIGURATION = "${metrics-configuration}";
  text = builtins.readFile ../../builders/go-memory-limit.sh + builtins.readFile ./start.sh;
  meta.description = "Prometheus that scrapes every server and the database";
}
