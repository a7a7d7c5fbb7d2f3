# What other tools must find in a root, as the template and the root's pyproject.toml have it.
{
  lib,
  callPackage,
  dashboards,
  python313,
  pythons,
  runCommand,
  service,
  template,
}:
let
  # The links of a file that is committed cannot name its own commit: they go to `main`.
  configuration = callPackage ../../images/metrics/configuration.nix { revision = null; };
in
runCommand "files"
  {
    nativeBuildInputs = [ python313 ];
    SERVICE_NAME = service.name;
    SERVICE_ENVIRONMENT = builtins.toJSON service.environment;
    compose = template + "/docker-compose.yaml";
    nixw = template + "/nixw";
    workflows = template + "/.github/workflows";
    editor = template + "/.devcontainer";
    # For production, where the root wants it.
    deploy = lib.optionalString service.deploy (template + "/deploy");
    rules = lib.optionalString service.deploy "${configuration}/rules";
    dashboards = lib.optionalString service.deploy "${dashboards}";
  }
  ''
    mkdir -p $out/.github
    cp $nixw $out/nixw
    cp -r $workflows $out/.github/workflows
    cp -r $editor $out/.devcontainer
    if [ -n "$deploy" ]; then
        cp -r --no-preserve=ownership $deploy $out/deploy
        chmod -R u+w $out/deploy
    fi
    python3.13 -P ${./compose.py} ''${deploy:+$out/deploy} <$compose >$out/docker-compose.yaml
    if [ -n "$deploy" ]; then
        ${pythons.files}/bin/python -P ${./rules.py} $rules/*.yml \
          >$out/deploy/kubernetes/monitoring/rules.yaml
        rm -rf $out/deploy/kubernetes/monitoring/dashboards
        mkdir $out/deploy/kubernetes/monitoring/dashboards
        ${pythons.files}/bin/python -P ${./dashboards.py} \
          $out/deploy/kubernetes/monitoring/dashboards $dashboards/*.json
    fi
  ''
