# Whose service this is: what the root's pyproject.toml declares, and what follows from it.
{ lib, root }:
let
  file = lib.importTOML (root + "/pyproject.toml");
  refuse = sentence: throw "pyproject.toml: ${sentence}";

  project = file.project or (refuse "there is no table [project].");
  own =
    file.tool.template
      or (refuse "there is no table [tool.template]; docs/update.md tells what belongs in it.");

  # It names images, a database and a role.
  names = builtins.fromJSON (builtins.readFile ./names.json);
  isName =
    name:
    builtins.isString name
    && builtins.stringLength name <= names.longest
    && builtins.match names.pattern name != null
    && builtins.match names.taken name == null;

  interface = own.interface or null;
  supported = 1;
in
if interface != supported then
  refuse "[tool.template] interface is ${builtins.toJSON interface}, but this template has ${toString supported}; docs/update.md tells how to go on."
else if !isName (project.name or null) then
  refuse "${builtins.toJSON (project.name or null)} cannot name a service: ${names.sentence}"
else
  rec {
    inherit names;
    inherit (project) name;
    description = project.description or "";
    version = project.version or (refuse "[project] has no version.");
    license = project.license or "";
    source = project.urls.source or "";

    # The database, and the role that owns its tables.
    database = builtins.replaceStrings [ "-" ] [ "_" ] name;

    # What Django reads of it, beside the applications.
    pyproject = builtins.toFile "pyproject.toml" ''
      [project]
      name = ${builtins.toJSON name}
      description = ${builtins.toJSON description}
    '';

    # Names of fixtures that the sample data hold.
    fixtures = own.fixtures or [ ];

    # Variables of the service's own that the sample cluster sets.
    environment = own.environment or { };

    # The most that an image may have, by its name: { server.megabytes = 100; }.
    images = own.images or { };
  }
