# `nix fmt`: what the style check wants, as far as tools can mend it.
{
  lib,
  writeShellApplication,
  ruff,
  # In nixpkgs alone.
  nixfmt ? null,
}:
writeShellApplication {
  name = "format";
  runtimeInputs = [ ruff ] ++ lib.optional (nixfmt != null) nixfmt;
  text = ''
    ruff check --fix --quiet .
    ruff format --quiet .
    ${lib.optionalString (nixfmt != null) "git ls-files '*.nix' | xargs nixfmt"}
  '';
  meta.description = "Format the tree";
}
