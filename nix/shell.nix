# What `nix develop` gives: Python with the project's packages, and a database
# for the tests.
{
  mkShellNoCC,
  writeShellApplication,
  postgresql_17,
  pythons,
  with-db,
}:
let
  pytest = writeShellApplication {
    name = "pytest";
    text = ''
      if [ -n "''${POSTGRES_HOST:-}" ]; then
        exec ${pythons.test}/bin/python -m pytest "$@"
      fi
      exec ${with-db}/bin/with-db ${pythons.test}/bin/python -m pytest "$@"
    '';
    meta.description = "pytest with the prepared database, unless POSTGRES_HOST names another";
  };
in
mkShellNoCC {
  packages = [
    pytest
    pythons.test
    postgresql_17
    with-db
  ];
  DEBUG_MODE = "true";
}
