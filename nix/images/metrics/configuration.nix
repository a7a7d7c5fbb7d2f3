# Prometheus's configuration: the template's, and what the team's monitoring/ adds.
{
  lib,
  dashboards,
  revision,
  runCommand,
  service,
  trees,
  template,
}:
let
  # Alerts link to the runbook of whoever wrote them: the template's at the commit in use.
  origin = (lib.importTOML (template + "/pyproject.toml")).project.urls.source;
  at = if revision == null then "main" else revision;
in
runCommand "metrics-configuration"
  {
    service = service.name;
    runbook = "${origin}/blob/${at}/docs/runbook.md";
    own_runbook = "${service.repository}/blob/main/monitoring/runbook.md";
    configuration = ./prometheus.yml;
    template_rules = ./rules;
    constants = builtins.toFile "constants.yml" (builtins.toJSON service.objectives); # JSON is YAML
    consoles = ./consoles;
    library = ./console-library;
    # What the page's script reads, too.
    assets = ./assets;
    inherit dashboards;
    monitoring = trees.monitoring;
  }
  ''
    bash -euo pipefail ${./configuration.sh}
  ''
