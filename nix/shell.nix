# What `nix develop` gives: Python with the project's packages, and a database
# for the tests.
{
  lib,
  mkShellNoCC,
  writeShellApplication,
  postgresql_17,
  pythons,
  ruff,
  service,
  shellcheck,
  with-db,
  # Only nixpkgs has it.
  nixfmt ? null,
}:
let
  pytest = writeShellApplication {
    name = "pytest";
    text = ''
      if [ -n "''${POSTGRES_HOST:-}" ]; then
        exec ${pythons.development}/bin/python -m pytest "$@"
      fi
      exec ${with-db}/bin/with-db ${pythons.development}/bin/python -m pytest "$@"
    '';
    meta.description = "pytest with the prepared database, unless POSTGRES_HOST names another";
  };
in
mkShellNoCC (
  service.environment
  // {
    packages = [
      postgresql_17
      pytest
      pythons.development
      ruff
      shellcheck
      with-db
    ]
    ++ lib.optional (nixfmt != null) nixfmt;
    DEBUG_MODE = "true";
    # In the template's own tree its chassis comes before the installed one.
    shellHook = "[ ! -d chassis/chassis ] || export PYTHONPATH=$PWD/chassis";
  }
)
