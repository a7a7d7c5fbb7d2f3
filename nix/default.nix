# Everything that the flake offers for one system, from one package set.
pkgs:
let
  inherit (pkgs) lib;
  callPackage = lib.callPackageWith (pkgs // parts // { inherit callPackage; });

  parts = {
    pythons = callPackage ./python.nix { };
    supervise = callPackage ./supervise { };
    db-data = callPackage ./db/data.nix { };
    db = callPackage ./db { };
    with-db = callPackage ./cluster/with-db.nix { };
    server-static = callPackage ./server/static.nix { };
    server = callPackage ./server { };
    cluster = callPackage ./cluster { };
  };

  checks = import ./checks { inherit callPackage; };
in
{
  inherit checks;

  packages = {
    inherit (parts)
      cluster
      db
      db-data
      server
      ;
    default = parts.cluster;
    reports = callPackage ./checks/reports.nix { inherit checks; };
  };

  apps.default = {
    type = "app";
    program = lib.getExe parts.cluster;
    meta.description = "The whole cluster as plain processes on this machine";
  };

  devShells.default = callPackage ./shell.nix { };
}
