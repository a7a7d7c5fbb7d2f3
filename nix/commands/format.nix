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
    ruff check --fix --quiet --exit-zero . >/dev/null
    ruff format --quiet . || true # of files that it cannot read the check below tells
    ${lib.optionalString (nixfmt != null) "git ls-files '*.nix' | xargs --no-run-if-empty nixfmt"}
    ruff check --quiet . # what a person must mend
  '';
  meta.description = "Format the tree";
}
