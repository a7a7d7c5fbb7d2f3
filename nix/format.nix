# `nix fmt`: what the style check wants, as far as tools can mend it.
{
  lib,
  writeShellApplication,
  ruff,
  # Only nixpkgs has it.
  nixfmt ? null,
}:
writeShellApplication {
  name = "format";
  runtimeInputs = [ ruff ] ++ lib.optional (nixfmt != null) nixfmt;
  text = ''
    status=0
    ruff check --fix --quiet . || status=1
    ruff format --quiet .
    ${lib.optionalString (nixfmt != null) "git ls-files '*.nix' | xargs --no-run-if-empty nixfmt"}
    exit "$status"
  '';
  meta.description = "Format the tree";
}
