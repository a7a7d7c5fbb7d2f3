# The Python packages that a pyproject.toml lists (PEP 508, PEP 735), from a set by PyPI's names.
{ lib, packages }:
file:
let
  declared = lib.importTOML file;
  refuse = requirement: sentence: throw "pyproject.toml: \"${requirement}\" ${sentence}";

  # As PyPI compares names: lower case, and one - for each run of -, _ and .
  normalise =
    name:
    lib.toLower (
      lib.concatStringsSep "-" (
        builtins.filter (part: builtins.isString part && part != "") (builtins.split "[-_.]+" name)
      )
    );

  parse =
    requirement:
    let
      parts = builtins.match "([A-Za-z0-9][A-Za-z0-9._-]*) *(\\[([^]]*)])? *([^][;@]*)" requirement;
      listed = builtins.elemAt parts 2;
    in
    if builtins.match ".*;.*" requirement != null then
      refuse requirement "has a marker (;), but there is only one Python and one system: list it or leave it out."
    else if builtins.match ".*@.*" requirement != null then
      refuse requirement "has an address (@): list its wheel in [tool.template.wheels], or bring the package by the overlay."
    else if parts == null then
      refuse requirement "is no requirement, such as \"django>=5.2,<6\"."
    else
      {
        name = normalise (builtins.head parts);
        extras =
          if listed == null then
            [ ]
          else
            builtins.filter (extra: builtins.isString extra && extra != "") (builtins.split "[ ,]+" listed);
      };

  find =
    requirement:
    let
      inherit (parse requirement) name extras;
      package =
        packages.${name}
          or (refuse requirement "is in no package set here: list its wheel in [tool.template.wheels], or bring the package by the overlay. With the Debian set, ./nixw run .#lock takes in what is new.");
      extra =
        wanted:
        package.optional-dependencies.${wanted}
          or (refuse requirement "asks for ${wanted}, which the package does not offer.");
    in
    [ package ] ++ lib.concatMap extra extras;

  dependencies = declared.project.dependencies or [ ];
  groups = declared.dependency-groups or { };

  group =
    name:
    lib.concatMap (item: if item ? include-group then group item.include-group else find item) (
      groups.${name} or [ ]
    );
in
{
  dependencies = lib.concatMap find dependencies;

  # The packages of a group; a file need not have it.
  inherit group;

  # Each requirement with the package's name.
  all = map (requirement: {
    inherit requirement;
    inherit (parse requirement) name;
  }) (dependencies ++ builtins.filter builtins.isString (lib.concatLists (lib.attrValues groups)));
}
