# What `nix flake check` runs.
{ callPackage }:
{
  cluster = callPackage ./cluster.nix { };
  configuration = callPackage ./configuration.nix { };
  deploy = callPackage ./deploy.nix { };
  images = callPackage ./images.nix { };
  libraries = callPackage ./libraries.nix { };
  migrations = callPackage ./migrations.nix { };
  observability = callPackage ./observability.nix { };
  registry = callPackage ./registry.nix { };
  server = callPackage ./server.nix { };
  style = callPackage ./style.nix { };
  unit-tests = callPackage ./unit-tests.nix { };
  vm = callPackage ./vm.nix { };
}
