# All that is made of a root: programs, their images and their checks, each a scope of its own, so
# that an overlay adds or replaces a named part and none hides a part of another.
{
  lib,
  packageSet,
  projects,
  provenSet,
  root,
  committed,
  lastModified,
  revision,
  # Whether this is the template's repository.
  platform,
  # The root at its last release, or null.
  previous,
}:
self:
let
  inherit (self) callPackage;
  # A scope inside: its members are no arguments of the others' files, but `name` as a whole is.
  inside = name: lib.makeScope (members: self.newScope { ${name} = members; });
in
{
  # The two trees: the team's and the template's.
  inherit
    root
    committed
    lastModified
    revision
    packageSet
    platform
    projects
    provenSet
    previous
    ;
  template = ../.;
  # Of the images, as Docker calls it.
  architecture = packageSet.stdenv.hostPlatform.go.GOARCH;
  # Which of the two sets it is.
  packageSetName = if packageSet ? ${provenSet.name} then provenSet.name else "nixpkgs";

  # The derivations of a scope, without its functions.
  members = lib.filterAttrs (_: lib.isDerivation);

  configuration = root + "/pyproject.toml";
  service = import ./service {
    inherit lib;
    inherit (self) configuration;
  };
  trees = callPackage ./service/trees.nix { };

  pythonLock = import ./service/python/lock.nix {
    inherit lib root;
    inherit (self) template;
  };
  pythonRequirements = import ./service/python/requirements-txt.nix self.pythonLock;
  pythonWheel = callPackage ./service/python/wheel.nix { };
  pythonPackages = callPackage ./service/python/packages.nix { };
  buildPythonModule = callPackage ./service/python/module.nix { };
  chassis = callPackage ./service/python/chassis.nix { };
  service-checks = callPackage ./service/python/service-checks.nix { };
  backup-package = callPackage ./images/backup/package.nix { };
  system-test-client = callPackage ./images/system-test/package.nix { };
  pythons = callPackage ./service/python { };

  buildShellScript = callPackage ./builders/shell-script.nix { };
  buildPythonStarted = callPackage ./builders/python-started.nix { };
  supervise = callPackage ./builders/supervise { };
  db-data = callPackage ./images/db/data.nix { };
  db = callPackage ./images/db { };
  db-upgrade = callPackage ./images/db-upgrade { };
  db-metrics = callPackage ./images/db-metrics { };
  with-db = callPackage ./cluster/with-db.nix { };
  log = callPackage ./images/log { };
  metrics = callPackage ./images/metrics { };
  alerts = callPackage ./images/alerts { };
  metrics-configuration = callPackage ./images/metrics/configuration.nix { };
  dashboards = callPackage ./images/metrics-graph/dashboards.nix { };
  server-project = callPackage ./images/server/source.nix { };
  server-static = callPackage ./images/server/static.nix { };
  server-errors = callPackage ./images/server/errors.nix { };
  server = callPackage ./images/server { };
  edge = callPackage ./images/edge { };
  backup = callPackage ./images/backup { };
  uwsgi-python = callPackage ./images/server/uwsgi.nix { };
  cluster = callPackage ./cluster { };
  bench = callPackage ./commands/bench.nix { };
  mutants = callPackage ./commands/mutants { };

  buildImage = callPackage ./builders/image { };
  imageConfiguration = callPackage ./builders/image/configuration.nix { };
  buildLayer = callPackage ./builders/image/layer.nix { };
  image-answers = callPackage ./builders/image/answers.nix { };
  image-python-answers = callPackage ./builders/image/python-answers.nix { };
  image-layers = callPackage ./builders/image/layers.nix { };
  images = inside "images" (callPackage ./images { });
  layouts = callPackage ./builders/layouts.nix { };
  released = callPackage ./release/released.nix { };
  buildable = callPackage ./release/buildable.nix { };
  indexes = callPackage ./release/indexes.nix { };
  archives = callPackage ./builders/archives.nix { };
  images-directory = callPackage ./builders/directory.nix { };
  back = callPackage ./commands/load/back.nix { };
  load = callPackage ./commands/load { };
  push = callPackage ./release/push.nix { };
  provenance = callPackage ./release/provenance.nix { };
  sign = callPackage ./release/sign.nix { };
  attest = callPackage ./release/attest.nix { };
  verify = callPackage ./release/verify.nix { };
  sources = callPackage ./release/sources.nix { };
  known-packages = callPackage ./release/sbom/known.nix { };
  sboms = callPackage ./release/sbom { };
  release-sboms = callPackage ./release/sbom/released.nix { };
  not-affected = callPackage ./release/vex/statements.nix { };
  vex = callPackage ./release/vex { };
  release-documents = callPackage ./release/documents.nix { };
  audit = callPackage ./release/audit { };
  outdated = callPackage ./release/outdated { };
  update = callPackage ./release/update { };

  notes = callPackage ./release/notes.nix { };

  files = callPackage ./commands/files { };
  new = callPackage ./commands/new { };
  write-files = callPackage ./commands/files/write.nix { };

  buildCheck = callPackage ./builders/checks/check.nix { };
  buildCommandCheck = callPackage ./builders/checks/command-check.nix { };
  buildSuiteCheck = callPackage ./builders/checks/suite-check.nix { };
  buildUnitCheck = callPackage ./builders/checks/unit-check.nix { };
  next = callPackage ./checks/next.nix { };
  checks = inside "checks" (import ./checks);
  platform-checks = inside "platform-checks" (callPackage ./checks/platform.nix { });

  format = callPackage ./commands/format.nix { };
  dev = callPackage ./commands/dev { };
  shell = callPackage ./commands/shell { };
}
