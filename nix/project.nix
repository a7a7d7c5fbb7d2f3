# All that is made of a root: programs, their images and their checks, each a scope of its own, so
# that an overlay adds or replaces a named part and none hides a part of another.
{
  lib,
  packageSet,
  projects,
  root,
  committed,
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
    revision
    packageSet
    platform
    projects
    previous
    ;
  template = ../.;
  # Which of the two sets it is.
  packageSetName = if packageSet ? debian then "debian" else "nixpkgs";

  # The derivations of a scope, without its functions.
  members = lib.filterAttrs (_: lib.isDerivation);

  configuration = root + "/pyproject.toml";
  service = import ./service {
    inherit lib;
    inherit (self) configuration;
  };
  trees = callPackage ./trees.nix { };

  pythonLock = import ./python/lock.nix {
    inherit lib root;
    inherit (self) template;
  };
  pythonRequirements = import ./python/requirements-txt.nix self.pythonLock;
  pythonWheel = callPackage ./python/wheel.nix { };
  pythonPackages = callPackage ./python/packages.nix { };
  buildPythonModule = callPackage ./python/module.nix { };
  chassis = callPackage ./python/chassis.nix { };
  backup-package = callPackage ./backup/package.nix { };
  pythons = callPackage ./python { };

  buildShellScript = callPackage ./shell-script.nix { };
  buildPythonStarted = callPackage ./python-started.nix { };
  supervise = callPackage ./supervise { };
  db-data = callPackage ./db/data.nix { };
  db = callPackage ./db { };
  db-metrics = callPackage ./db-metrics { };
  with-db = callPackage ./cluster/with-db.nix { };
  log = callPackage ./log { };
  metrics = callPackage ./metrics { };
  alerts = callPackage ./alerts { };
  metrics-configuration = callPackage ./metrics/configuration.nix { };
  dashboards = callPackage ./metrics-graph/dashboards.nix { };
  server-project = callPackage ./server/source.nix { };
  server-static = callPackage ./server/static.nix { };
  server-errors = callPackage ./server/errors.nix { };
  server = callPackage ./server { };
  edge = callPackage ./edge { };
  backup = callPackage ./backup { };
  uwsgi-python = callPackage ./server/uwsgi.nix { };
  cluster = callPackage ./cluster { };
  bench = callPackage ./bench.nix { };
  mutants = callPackage ./mutants { };

  buildImage = callPackage ./image { };
  imageConfiguration = callPackage ./image/configuration.nix { };
  buildLayer = callPackage ./image/layer.nix { };
  image-answers = callPackage ./image/answers.nix { };
  image-python-answers = callPackage ./image/python-answers.nix { };
  image-layers = callPackage ./image/layers.nix { };
  images = inside "images" (callPackage ./images { });
  layouts = callPackage ./images/layouts.nix { };
  released = callPackage ./images/released.nix { };
  indexes = callPackage ./images/indexes.nix { };
  archives = callPackage ./images/archives.nix { };
  images-directory = callPackage ./images/directory.nix { };
  back = callPackage ./images/back.nix { };
  load = callPackage ./images/load.nix { };
  push = callPackage ./images/push.nix { };
  sign = callPackage ./images/sign.nix { };
  verify = callPackage ./images/verify.nix { };
  sources = callPackage ./images/sources.nix { };
  sizes = callPackage ./images/sizes.nix { };
  known-packages = callPackage ./sbom/known.nix { };
  sboms = callPackage ./sbom { };
  audit = callPackage ./audit { };
  outdated = callPackage ./outdated { };
  update = callPackage ./update { };

  notes = callPackage ./release/notes.nix { };

  files = callPackage ./files { };
  new = callPackage ./new { };
  write-files = callPackage ./files/write.nix { };

  buildCheck = callPackage ./checks/build-check.nix { };
  buildCommandCheck = callPackage ./checks/build-command-check.nix { };
  buildSuiteCheck = callPackage ./checks/build-suite-check.nix { };
  buildUnitCheck = callPackage ./checks/build-unit-check.nix { };
  next = callPackage ./checks/next.nix { };
  checks = inside "checks" (import ./checks);
  platform-checks = inside "platform-checks" (callPackage ./checks/platform.nix { });

  format = callPackage ./format.nix { };
  dev = callPackage ./dev { };
  shell = callPackage ./shell { };
}
