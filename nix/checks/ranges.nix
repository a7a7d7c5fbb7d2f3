# Every range of a pyproject.toml holds for the version that each package set installs.
{
  lib,
  buildCommandCheck,
  pythonPackages,
  pythons,
  root,
  template,
}:
let
  requirements = import ../python/requirements.nix {
    inherit lib;
    packages = pythonPackages;
  };
  listed = lib.concatMap (file: (requirements file).all) [
    (root + "/pyproject.toml")
    (template + "/chassis/pyproject.toml")
    (template + "/nix/python/pyproject.toml")
  ];

  # A root without one begins with the template's.
  own = root + "/debian-wheels.lock.json";
  lock = if builtins.pathExists own then own else template + "/debian-wheels.lock.json";

  # Versions by the package's name, of a set that is not the one in use, too.
  sets = {
    "this set" = lib.mapAttrs (_: package: package.version or "") pythonPackages;
    nixpkgs = (lib.importTOML ../interface/nixpkgs.toml).pythonPackages;
    "the Debian set" = lib.listToAttrs (
      map (wheel: lib.nameValuePair wheel.name wheel.version) (
        (builtins.fromJSON (builtins.readFile lock)).files
      )
    );
  };
  cases =
    { name, requirement }:
    lib.concatMap (
      set:
      lib.optional ((sets.${set}.${name} or "") != "") (
        lib.nameValuePair "${requirement} in ${set}" (
          "python -P ${./range.py} ${lib.escapeShellArg requirement} ${sets.${set}.${name}}"
        )
      )
    ) (lib.attrNames sets);
in
buildCommandCheck "ranges" {
  nativeBuildInputs = [ pythons.tests ];
} (lib.listToAttrs (lib.concatMap cases listed))
