# Prometheus. In: METRICS_DIR, METRICS_RUN_DIR, METRICS_LISTEN, SERVER_TARGETS.
{ callPackage, prometheus }:
callPackage ../script.nix { } {
  name = "templatesite-metrics";
  runtimeInputs = [ prometheus ];
  runtimeEnv.METRICS_CONFIGURATION = "${./prometheus.yml}";
  text = builtins.readFile ./start.sh;
  meta.description = "Prometheus that scrapes every server";
}
