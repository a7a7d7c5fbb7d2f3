# Rules, dashboards and the console: the template's and those of the root's monitoring/.
{
  lib,
  callPackage,
  dashboards,
  metrics-configuration,
  prometheus,
  pythons,
  root,
  template,
}:
let
  own = root + "/monitoring";
  has = name: builtins.pathExists (own + "/${name}");
in
callPackage ./cases.nix { } "monitoring"
  {
    nativeBuildInputs = [
      prometheus.cli
      pythons.tests
    ];
    setup = ''
      cp -r --no-preserve=mode ${metrics-configuration} metrics
      echo '[]' >metrics/alertmanagers.yml
      cp -r --no-preserve=mode ${../metrics}/rules rules
      cp -r --no-preserve=mode ${../metrics}/tests tests
    '';
  }
  (
    {
      "dashboards" = "python -P ${./dashboards.py} ${../metrics-graph} ${dashboards}";
      "prometheus" = "promtool check config --lint=all --lint-fatal metrics/prometheus.yml";
      "rules" = "promtool check rules --lint=all --lint-fatal metrics/rules/*.yml";
      "tests of the template's rules" = "cd tests && promtool test rules *.yml";
      "runbook and tests of the template's alerts" =
        "python -P ${./alerts.py} rules/alerts.yml tests/alerts.yml ${template + "/docs/runbook.md"}";
    }
    // lib.optionalAttrs (has "alerts") {
      "tests of the service's rules" =
        "cp -r --no-preserve=mode ${own} own; cd own/tests && promtool test rules *.yml";
      "runbook and tests of the service's alerts" =
        "cat ${own}/alerts/*.yml >alerts.yml; cat ${own}/tests/*.yml >cases.yml; python -P ${./alerts.py} alerts.yml cases.yml ${own + "/runbook.md"}";
    }
  )
