# The Python packages that a pyproject.toml lists (PEP 621, PEP 735), from a set by PyPI's names.
{ lib, packages }:
file:
let
  declared = lib.importTOML file;
  parse = import ./requirement.nix { inherit lib; };
  refuse = requirement: fault: throw "pyproject.toml: ${builtins.toJSON requirement} ${fault}";

  find =
    requirement:
    let
      parsed = parse requirement;
      package =
        packages.${parsed.name} or (refuse requirement (
          "is not in python.lock.json: lock it by ./nixw relock wheels, "
          + "or bring the package by the overlay."
        ));
      extra =
        name:
        package.optional-dependencies.${name}
          or (refuse requirement "asks for ${name}, which the package does not offer here.");
    in
    if parsed ? fault then
      refuse requirement parsed.fault
    else
      [ package ] ++ lib.concatMap extra parsed.extras;

  group =
    name:
    lib.concatMap (item: if item ? include-group then group item.include-group else find item) (
      declared.dependency-groups.${name} or [ ]
    );
in
{
  dependencies = lib.concatMap find (declared.project.dependencies or [ ]);

  # The packages of a group; a file need not have it.
  inherit group;

  # The packages of each extra.
  extras = lib.mapAttrs (_: lib.concatMap find) (declared.project.optional-dependencies or { });

  # Each requirement with the package's name.
  all = map (requirement: {
    inherit requirement;
    inherit (parse requirement) name;
  }) (import ./listed.nix declared);
}
