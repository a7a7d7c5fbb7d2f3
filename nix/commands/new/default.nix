# Writes the tree of a new service: `nix run .#new -- DIRECTORY`.
{
  lib,
  provenSet,
  python313,
  service,
  template,
  writeShellApplication,
}:
let
  # What a new service begins with, as it is in the template's own tree.
  sample = builtins.path {
    name = "sample";
    path = template;
    filter =
      path: _:
      let
        name = lib.removePrefix "${toString template}/" (toString path);
      in
      builtins.match "src(/.*)?" name != null && baseNameOf path != "__pycache__"
      || builtins.elem name provenSet.locks
      || builtins.elem name [
        ".devcontainer"
        ".devcontainer/devcontainer.json"
        ".devcontainer/setup"
        ".editorconfig"
        ".envrc"
        ".github"
        ".github/workflows"
        ".github/workflows/audit.yaml"
        ".github/workflows/checks.yaml"
        ".github/workflows/release.yaml"
        ".github/workflows/update.yaml"
        ".gitignore"
        "python.lock.json"
        "docker-compose.yaml"
        "nixw"
        "pyproject.toml"
        "requirements.txt"
        # The other system tests hold the template.
        "system-tests"
        "system-tests/conftest.py"
        "system-tests/pytest.ini"
        "system-tests/test_tweets.py"
      ];
  };
in
writeShellApplication {
  name = "new";
  runtimeEnv = {
    SAMPLE = "${sample}";
    TEXTS = "${./texts}";
    RULES = "${../../service/rules.json}";
    TEMPLATE = service.template;
    PYTHONPATH = "${../files}";
  };
  text = ''exec ${python313}/bin/python3.13 -B ${./new.py} "$@"'';
  meta.description = "Write the tree of a new service";
}
