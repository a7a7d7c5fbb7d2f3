# What other tools must find in a root, as the template and the root's pyproject.toml have it.
{
  python313,
  runCommand,
  service,
  template,
}:
runCommand "files"
  {
    nativeBuildInputs = [ python313 ];
    SERVICE_NAME = service.name;
    SERVICE_ENVIRONMENT = builtins.toJSON service.environment;
    compose = template + "/docker-compose.yaml";
    nixw = template + "/nixw";
    workflows = template + "/.github/workflows";
  }
  ''
    mkdir -p $out/.github
    cp $nixw $out/nixw
    cp -r $workflows $out/.github/workflows
    python3.13 -P ${./compose.py} <$compose >$out/docker-compose.yaml
  ''
