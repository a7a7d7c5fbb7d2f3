# The files that `nix run .#files` writes are what it would write now.
{
  lib,
  buildCommandCheck,
  files,
  root,
  service,
}:
let
  written = [
    ".devcontainer"
    ".github/workflows/audit.yaml"
    ".github/workflows/checks.yaml"
    ".github/workflows/release.yaml"
    ".github/workflows/update.yaml"
    "docker-compose.yaml"
    "nixw"
  ]
  ++ lib.optional service.deploy "deploy";
  same =
    file:
    let
      path = root + "/${file}";
      fault = "${file} is not what the template and pyproject.toml make of it";
      advice = lib.escapeShellArg "${fault}: ./nixw run .#files writes it.";
    in
    lib.nameValuePair file (
      if builtins.pathExists path then
        "diff -ru ${path} ${files}/${file} || { echo ${advice}; false; }"
      else
        "echo ${advice}; false"
    );
in
buildCommandCheck "files" { } (lib.listToAttrs (map same written))
