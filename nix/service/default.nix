# Whose service this is: what the root's pyproject.toml declares, and what follows from it.
{ lib, configuration }:
let
  declared = lib.importTOML configuration;
  fault = import ./faults.nix declared;
  inherit (declared) project;
  own = withoutWheels declared.tool.template;
  # Of a root of an older template, which wrote by hand what the lock has.
  withoutWheels =
    table:
    if table ? wheels then
      builtins.warn or builtins.trace (
        "pyproject.toml: [tool.template.wheels] is not read any more, as python.lock.json has "
        + "every package of the dependencies: remove it."
      ) table
    else
      table;
in
if fault != null then
  throw "pyproject.toml: ${fault}"
else
  rec {
    inherit (project) name version;
    description = project.description or "";
    license = project.license or "";
    authors = project.authors or [ ];
    repository = project.urls.source or "";

    # Where `new` points: the address of the template as a flake's input.
    template = own.source or "";

    # The database, and the role that owns its tables.
    database = builtins.replaceStrings [ "-" ] [ "_" ] name;

    # The library with which Django asks PostgreSQL.
    driver = own.driver or "psycopg2";

    # What Django reads of it, beside the applications.
    pyproject = builtins.toFile "pyproject.toml" ''
      [project]
      name = ${builtins.toJSON name}
      description = ${builtins.toJSON description}
      [tool.template]
      driver = ${builtins.toJSON driver}
      languages = ${builtins.toJSON (own.languages or [ ])}
      objectives.views = { ${promised} }
    '';

    # The views with objectives of their own: Django knows whether they are there.
    promised = builtins.concatStringsSep ", " (
      map (view: "${builtins.toJSON view} = {}") (builtins.attrNames (own.objectives.views or { }))
    );

    # The package set that nixw takes, and that releases are made with.
    packages = own.packages or (builtins.head (lib.importJSON ./rules.json).packages);

    # Names of fixtures that the sample data hold.
    fixtures = own.fixtures or [ ];

    # Variables of the service's own, for the sample cluster and for what runs its code in builds.
    environment = own.environment or { };

    # Whether `files` writes deploy/, the files for production.
    deploy = own.deploy or false;

    # Whether there is an image that brings an older PostgreSQL's data to this one's.
    upgrade = own.upgrade or false;

    # What `push` pushes images for; null is the architecture of the machine that pushes.
    architectures = own.architectures or null;

    # What the service promises of its requests, as rules of Prometheus.
    objectives = import ./objectives (own.objectives or { });

    # Languages whose translations images keep; Django needs English in any case.
    languages = [ "en" ] ++ own.languages or [ ];

    # The most that an image may have, by its name: { server.megabytes = 100; }.
    images = own.images or { };
  }
