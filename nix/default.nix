# Everything that the flake offers for one system, from one package set.
{
  pkgs,
  # Whether the outputs have the check that evaluates them with stand-ins.
  withInterface ? true,
  # Whether the tree is a commit, without changes.
  committed,
}:
let
  inherit (pkgs) lib;
  callPackage = lib.callPackageWith (pkgs // parts // { inherit callPackage; });

  images = callPackage ./images { inherit committed; };

  parts = {
    inherit (images)
      back
      layouts
      load
      push
      sizes
      ;
    image = callPackage ./image { };
    image-answers = callPackage ./image/answers.nix { };
    image-layers = callPackage ./image/layers.nix { };
    pythons = callPackage ./python.nix { };
    supervise = callPackage ./supervise { };
    db-data = callPackage ./db/data.nix { };
    db = callPackage ./db { };
    db-metrics = callPackage ./db-metrics { };
    with-db = callPackage ./cluster/with-db.nix { };
    log = callPackage ./log { };
    metrics = callPackage ./metrics { };
    server-source = callPackage ./server/source.nix { };
    server-static = callPackage ./server/static.nix { };
    server = callPackage ./server { };
    uwsgi-python = callPackage ./server/uwsgi.nix { };
    cluster = callPackage ./cluster { };
    bench = callPackage ./bench.nix { };
  };

  checks =
    import ./checks { inherit callPackage; }
    // lib.optionalAttrs withInterface {
      interface = callPackage ./checks/interface.nix { inherit pkgs; };
    };
in
{
  inherit checks;

  packages = {
    inherit (parts)
      cluster
      db
      db-data
      db-metrics
      log
      metrics
      server
      ;
    default = parts.cluster;
    images = images.directory;
    reports = callPackage ./checks/reports.nix { inherit checks; };
  }
  // lib.mapAttrs' (name: lib.nameValuePair "image-${name}") images.archives;

  apps =
    lib.mapAttrs
      (_: program: {
        type = "app";
        program = lib.getExe program;
        meta = { inherit (program.meta) description; };
      })
      {
        default = parts.cluster;
        inherit (parts)
          back
          bench
          load
          push
          sizes
          ;
        inherit (parts.log) requests;
        vm-test-interactive = checks.vm.report.interactive;
      };

  formatter = callPackage ./format.nix { };

  devShells.default = callPackage ./shell.nix { };
}
