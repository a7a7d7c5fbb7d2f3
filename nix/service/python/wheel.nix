# The wheel of an entry of python.lock.json, as PyPI has it.
{ fetchPypi, python313 }:
{
  name,
  version,
  file,
  sha256,
  ...
}:
let
  # NAME-VERSION[-BUILD]-PYTHON-ABI-PLATFORM.whl (PEP 427); the build stays with the version.
  part = builtins.elemAt (builtins.match "([^-]+)-(.+)-([^-]+)-none-any[.]whl" file);
in
python313.pkgs.buildPythonPackage {
  pname = name;
  inherit version;
  format = "wheel";
  src = fetchPypi {
    pname = part 0;
    version = part 1;
    format = "wheel";
    dist = part 2;
    python = part 2;
    hash = "sha256:${sha256}";
  };
  # pip has compared the versions that this one needs, when it locked them.
  dontCheckRuntimeDeps = true;
}
