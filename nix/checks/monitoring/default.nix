# Rules, dashboards and the console: the template's and those of the root's monitoring/.
{
  lib,
  alerts,
  buildCommandCheck,
  busybox,
  dashboards,
  metrics,
  metrics-configuration,
  prometheus,
  prometheus-alertmanager,
  pythons,
  root,
  template,
}:
let
  own = root + "/monitoring";
in
buildCommandCheck "monitoring"
  {
    nativeBuildInputs = [
      metrics
      prometheus
      prometheus.cli
      prometheus-alertmanager
      pythons.tests
    ];
    setup = ''
      cp -r --no-preserve=mode ${metrics-configuration} metrics
      echo '[]' >metrics/alertmanagers.yml
      cp -r --no-preserve=mode ${../../images/metrics}/rules rules
      cp -r --no-preserve=mode ${../../images/metrics}/tests tests
      ${lib.optionalString (builtins.pathExists own) "cp -r --no-preserve=mode ${own} monitoring"}
      mkdir -p monitoring
    '';
  }
  (
    {
      "dashboards" =
        "python -P ${./dashboards.py} ${../../images/metrics-graph} "
        + "${dashboards} queries.yml";
      "queries of the dashboards" = "promtool check rules queries.yml";
      "prometheus" = "promtool check config --lint=all --lint-fatal metrics/prometheus.yml";
      "rules" = "promtool check rules --lint=all --lint-fatal metrics/rules/*.yml";
      "Prometheus starts, and its console shows" = "python -P ${./console.py} ${dashboards}";
      "uPlot is as it was released" = "cd metrics/assets && sha256sum --check uPlot.sha256";
      "runbook and tests of the template's alerts" =
        "python -P ${./alerts.py} rules/alerts.yml tests ${template + "/docs/runbook.md"}";
      "receivers of alerts" =
        "${busybox}/bin/busybox awk -f ${alerts.routes} ${alerts.receivers} >routed.yml && "
        + "amtool check-config ${alerts.receivers} routed.yml";
      "files of the service's monitoring/" = "bash -euo pipefail ${./monitoring.sh} monitoring";
      "tests of the service's rules" =
        "! compgen -G 'monitoring/tests/*.yml' >/dev/null || "
        + "{ cd monitoring/tests && promtool test rules *.yml; }";
      "runbook and tests of the service's alerts" =
        "python -P ${./alerts.py} monitoring/alerts monitoring/tests monitoring/runbook.md";
    }
    # They take a minute, and say the same for every root.
    // lib.optionalAttrs (toString root == toString template) {
      "tests of the template's rules" = "cd tests && promtool test rules *.yml";
    }
  )
