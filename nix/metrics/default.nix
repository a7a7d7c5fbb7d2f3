# Prometheus with rules and a console. start.sh has what it reads.
{
  callPackage,
  prometheus,
  runCommand,
}:
let
  configuration = runCommand "templatesite-metrics-configuration" { } ''
    mkdir $out
    cp ${./prometheus.yml} $out/prometheus.yml
    cp -r ${./rules} $out/rules
    cp -r ${./consoles} $out/consoles
    cp -r ${./console-library} $out/console-library
  '';
in
callPackage ../script.nix { } {
  name = "templatesite-metrics";
  runtimeInputs = [ prometheus ];
  runtimeEnv.METRICS_CONFIGURATION = "${configuration}";
  text = builtins.readFile ../go-memory-limit.sh + builtins.readFile ./start.sh;
  meta.description = "Prometheus that scrapes every server and the database";
}
