# nixpkgs's fetchPypi for wheels that python.lock.json has.
{
  # Its entries.
  locked,
}:
{
  pname,
  version,
  hash,
  format,
  dist ? "py2.py3",
  python ? "py2.py3",
  abi ? "none",
  platform ? "any",
}:
let
  file = "${pname}-${version}-${python}-${abi}-${platform}.whl";
  found = builtins.filter (wheel: wheel.file == file) locked;
  pinned = builtins.head found;
  expected = builtins.convertHash {
    inherit hash;
    toHashFormat = "base16";
  };
in
if format != "wheel" then
  throw "fetchPypi: the Debian set has only wheels, not format = \"${format}\""
else if found == [ ] then
  throw (
    "fetchPypi: ${file} is not in python.lock.json, "
    + "which is made anew by ./nixw relock wheels"
  )
else if pinned.sha256 != expected then
  throw "fetchPypi: ${file} has hash ${hash} here and ${pinned.sha256} in python.lock.json"
else
  pinned.source
