# Everything that the flake offers of one root for one system, from one package set.
{
  pkgs,
  # Whose service this is: the folder with pyproject.toml and src/, as a path.
  root,
  # Whether the root is a commit, without changes.
  committed,
  # The template's commit, where the template is an input; its runbook is linked to there.
  revision ? null,
  # What a team adds or replaces (project.nix has the names): final: prev: { … }
  overlay ? (_: _: { }),
  # Whether the template's own tests are among the checks.
  platform ? false,
}:
let
  inherit (pkgs) lib;

  project =
    (lib.makeScope pkgs.newScope (
      import ./project.nix {
        packageSet = pkgs;
        inherit
          lib
          root
          committed
          revision
          platform
          ;
      }
    )).overrideScope
      overlay;

  inherit (project) members;

  app = program: {
    type = "app";
    program = lib.getExe program;
    meta = { inherit (program.meta) description; };
  };
in
{
  checks = members project.checks;

  packages = {
    inherit (project)
      cluster
      db
      db-data
      db-metrics
      log
      metrics
      reports
      server
      ;
    default = project.cluster;
    images = project.images-directory;
  }
  // lib.mapAttrs' (name: lib.nameValuePair "image-${name}") (members project.archives);

  apps = lib.mapAttrs (_: app) (
    {
      default = project.cluster;
      inherit (project)
        back
        load
        push
        sizes
        ;
      inherit (project.log) requests;
      files = project.write-files;
    }
    // lib.optionalAttrs platform {
      inherit (project) bench new;
      vm-test-interactive = project.checks.vm.report.interactive;
    }
  );

  formatter = project.format;

  devShells.default = project.shell;
}
