# Alertmanager, which tells people of alerts: the team's monitoring/alertmanager.yml says whom.
{
  buildShellScript,
  prometheus-alertmanager,
  root,
}:
let
  own = root + "/monitoring/alertmanager.yml";
  receivers = if builtins.pathExists own then own else ./alertmanager.yml;
  routes = ./routes.awk;
in
buildShellScript {
  name = "service-alerts";
  runtimeInputs = [ prometheus-alertmanager ];
  runtimeEnv = {
    ALERTS_DEFAULT = "${receivers}";
    ALERTS_ROUTES = "${routes}";
  };
  text = builtins.readFile ../../builders/go-memory-limit.sh + builtins.readFile ./start.sh;
  passthru = { inherit receivers routes; };
  meta.description = "Alertmanager with the service's receivers";
}
