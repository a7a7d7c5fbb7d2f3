# The template's own checks: of its tree, and of the platform, with the programs and images of
# tests/application.
{
  lib,
  packageSet,
  projects,
  provenSet,
  stdenv,
}:
self:
let
  inherit (self) callPackage;
  # Only one set builds the other architecture's images here.
  emulates = stdenv.hostPlatform.go.GOARCH == "amd64" && projects.arm64.packageSet or { } ? ${provenSet.name};
in
{
  audit = callPackage ./audit.nix { };
  backup = callPackage ./backup.nix { };
  backup-unit = callPackage ./backup-unit.nix { };
  chassis = callPackage ./chassis.nix { };
  cluster = callPackage ./cluster.nix { };
  configuration = callPackage ./configuration { };
  containers = callPackage ./containers.nix { };
  declarations = callPackage ./declarations.nix { };
  deployments = callPackage ./deployments.nix { };
  docs = callPackage ./docs { };
  libraries = callPackage ./libraries.nix { };
  observability = callPackage ./observability.nix { };
  owners = callPackage ./owners.nix { };
  registry = callPackage ./registry.nix { };
  release = callPackage ./release { };
  server = callPackage ./server.nix { };
  upgrade = callPackage ./upgrade.nix { };
}
// provenSet.checks self
// lib.optionalAttrs (packageSet ? testers) { vm = callPackage ./vm.nix { }; }
// lib.optionalAttrs (packageSet ? testers && packageSet ? k3s) {
  kubernetes = callPackage ./kubernetes { };
}
// lib.optionalAttrs emulates { arm64 = callPackage ./arm64.nix { }; }
