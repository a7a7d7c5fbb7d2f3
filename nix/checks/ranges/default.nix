# Every range of a pyproject.toml holds for the version that each package set installs, and every
# environment has what its packages ask for (as `pip check`).
{
  lib,
  buildCommandCheck,
  members,
  pythonLock,
  pythonPackages,
  pythonRequirements,
  pythons,
  root,
  template,
}:
let
  requirements = import ../../service/python/requirements.nix {
    inherit lib;
    packages = pythonPackages;
  };
  listed = lib.concatMap (file: (requirements file).all) [
    (root + "/pyproject.toml")
    (template + "/chassis/pyproject.toml")
    (template + "/nix/service/python/pyproject.toml")
  ];
  nixpkgs = (lib.importTOML ../../nixpkgs.toml).pythonPackages;

  # Versions by the package's name, of a set that is not the one in use, too.
  sets = {
    "this set" = lib.mapAttrs (_: package: package.version or "") pythonPackages;
    "the lock" = lib.mapAttrs (_: entry: entry.version) pythonLock;
    inherit nixpkgs;
  };
  range =
    { name, requirement }:
    lib.concatMap (
      set:
      lib.optional ((sets.${set}.${name} or "") != "") (
        lib.nameValuePair "${requirement} in ${set}" (
          "python -P ${./range.py} ${lib.escapeShellArg requirement} ${sets.${set}.${name}}"
        )
      )
    ) (lib.attrNames sets);

  needs =
    name:
    let
      ask = "python -P ${./needs.py} ${pythons.${name}}/lib/python3.13/site-packages";
      others = lib.mapAttrsToList (package: version: "${package}=${version}") nixpkgs;
    in
    [ (lib.nameValuePair "what is in ${name} has what it asks for" ask) ]
    # mutmut asks for a newer libcst than nixpkgs has, and works with it; no check runs it.
    ++ lib.optional (name != "mutation") (
      lib.nameValuePair "and would have it with nixpkgs's compiled packages: ${name}" (
        "${ask} ${toString others}"
      )
    );

  # Other tools read there what is installed. A root without one has the template's.
  written = root + "/requirements.txt";
  isWritten = lib.optional (builtins.pathExists written) (
    lib.nameValuePair "requirements.txt is of python.lock.json" (
      "cmp ${written} ${builtins.toFile "requirements.txt" pythonRequirements}"
    )
  );
in
buildCommandCheck "ranges" { nativeBuildInputs = [ pythons.tests ]; } (
  lib.listToAttrs (
    lib.concatMap range listed ++ lib.concatMap needs (lib.attrNames (members pythons)) ++ isWritten
  )
)
