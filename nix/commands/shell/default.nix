# What `nix develop` gives: Python with the project's packages, and tools. Nothing of it is made of
# the models, so that it opens in any state of the tree.
{
  lib,
  platform,
  mkShellNoCC,
  writeShellApplication,
  postgresql_17,
  pythons,
  ruff,
  service,
  shellcheck,
  squawk,
  # Only nixpkgs has it.
  nixfmt ? null,
}:
let
  with-db = writeShellApplication {
    name = "with-db";
    text = builtins.readFile ../dev/built.sh + builtins.readFile ./with-db.sh;
    meta.description = "Run a command with a temporary copy of the prepared database";
  };

  pytest = writeShellApplication {
    name = "pytest";
    runtimeInputs = [
      pythons.development
      with-db
    ];
    text = builtins.readFile ./pytest.sh;
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
    ++ lib.optional (nixfmt != null) nixfmt
    # For the chassis's tests.
    ++ lib.optional platform squawk;
    DEBUG_MODE = "true";
    # In the template's own tree its chassis comes before the installed one.
    shellHook = ''
      export SERVICE_TREE=$PWD
      [ ! -d chassis/chassis ] || export PYTHONPATH=$PWD/chassis
    '';
  }
)
