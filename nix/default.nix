# Everything that the flake offers of one root for one system, from one package set.
{
  pkgs,
  # The sets by the architectures of images, for those of images that are not this system's.
  packageSets ? {
    ${pkgs.stdenv.hostPlatform.go.GOARCH} = pkgs;
  },
  # What is told of the set that everything is proven with, whichever `pkgs` is.
  provenSet,
  # Whose service this is: the folder with pyproject.toml and src/, as a path.
  root,
  # Whether the root is a commit, without changes.
  committed,
  # When it was committed, in seconds since 1970.
  lastModified ? 0,
  # The template's commit, where the template is an input; its runbook is linked to there.
  revision ? null,
  # What a team adds or replaces (project.nix has the names): final: prev: { … }
  overlay ? (_: _: { }),
  # The root at its last release: a path, or an input that is no flake.
  previous ? null,
  # Whether this is the template's repository, where the template's own tests are among the checks.
  platform ? false,
}:
let
  inherit (pkgs) lib;

  projectOf = root: projectFor root pkgs;
  projectFor =
    root: pkgs:
    (lib.makeScope pkgs.newScope (
      import ./project.nix {
        packageSet = pkgs;
        # The same project by architectures.
        projects = lib.mapAttrs (_: projectFor root) packageSets;
        inherit
          lib
          provenSet
          root
          committed
          lastModified
          revision
          platform
          previous
          ;
      }
    )).overrideScope
      overlay;
  project = projectOf root;
  inherit (project) members;

  # What the tests of the platform run on.
  application = projectOf ../tests/application;
  ofApplication = lib.mapAttrs' (name: lib.nameValuePair "application-${name}") {
    inherit (application.checks)
      images
      migrations
      system-tests
      unit-tests
      ;
  };

  checks =
    members project.checks
    // lib.optionalAttrs platform (
      ofApplication // members application.platform-checks // { inherit (project) next; }
    );

  app = program: {
    type = "app";
    program = lib.getExe program;
    meta = { inherit (program.meta) description; };
  };
in
{
  inherit checks;

  packages = {
    inherit (project)
      backup
      cluster
      db
      db-data
      db-metrics
      layouts
      log
      metrics
      next
      server
      with-db
      ;
    default = project.cluster;
    images = project.images-directory;
    inherit (project) release-documents sboms;
    reports = project.callPackage ./checks/reports.nix { inherit checks; };
  }
  // lib.mapAttrs' (name: lib.nameValuePair "image-${name}") (members project.archives);

  apps = lib.mapAttrs (_: app) (
    {
      default = project.cluster;
      inherit (project)
        attest
        audit
        back
        dev
        load
        notes
        outdated
        push
        sign
        sources
        update
        verify
        ;
      inherit (project.log) find-requests;
      files = project.write-files;
    }
    // lib.optionalAttrs platform { inherit (project) bench mutants new; }
    // lib.optionalAttrs (platform && pkgs ? testers) {
      vm-test-interactive = application.platform-checks.vm.report.interactive;
    }
  );

  formatter = project.format;

  devShells = {
    default = project.shell;
  }
  // lib.optionalAttrs platform { tests = application.callPackage ./commands/shell/tests.nix { }; };
}
