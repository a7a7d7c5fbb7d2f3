# Python packages by PyPI's names: the set's, and the wheels that the pyproject.toml files list
# because the set lacks them.
{
  lib,
  fetchPypi,
  python313,
  root,
  template,
}:
let
  wheels = file: lib.mapAttrs wheel ((lib.importTOML file).tool.template.wheels or { });

  # A wheel of pure Python, as PyPI has it.
  wheel =
    pname:
    {
      version,
      hash,
      dependencies ? [ ],
      tag ? "py3",
      # Whether older dependencies than it asks for do.
      relaxed ? false,
    }:
    python313.pkgs.buildPythonPackage {
      inherit pname version;
      format = "wheel";
      src = fetchPypi {
        pname = builtins.replaceStrings [ "-" ] [ "_" ] pname;
        inherit version hash;
        format = "wheel";
        dist = tag;
        python = tag;
      };
      dependencies = map (name: packages.${name}) dependencies;
      dontCheckRuntimeDeps = relaxed;
    };

  packages =
    python313.pkgs
    // wheels (template + "/chassis/pyproject.toml")
    // wheels ./pyproject.toml
    // wheels (root + "/pyproject.toml");
in
packages
