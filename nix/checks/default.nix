# What `nix flake check` runs: every service's own checks, and in the template's repository the
# template's.
{ lib, platform }:
self:
let
  inherit (self) callPackage;
in
{
  deploy = callPackage ./deploy.nix { };
  files = callPackage ./files.nix { };
  images = callPackage ./images.nix { };
  migrations = callPackage ./migrations.nix { };
  monitoring = callPackage ./monitoring.nix { };
  ranges = callPackage ./ranges.nix { };
  style = callPackage ./style.nix { };
  system-tests = callPackage ./system-tests.nix { };
  unit-tests = callPackage ./unit-tests.nix { };
}
// lib.optionalAttrs platform {
  chassis = callPackage ./chassis.nix { };
  cluster = callPackage ./cluster.nix { };
  containers = callPackage ./containers.nix { };
  configuration = callPackage ./configuration.nix { };
  declarations = callPackage ./declarations.nix { };
  interface = callPackage ./interface.nix { };
  libraries = callPackage ./libraries.nix { };
  observability = callPackage ./observability.nix { };
  owners = callPackage ./owners.nix { };
  registry = callPackage ./registry.nix { };
  server = callPackage ./server.nix { };
  vm = callPackage ./vm.nix { };
}
