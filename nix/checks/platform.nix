# The template's own checks: of its tree, and of the platform, with the programs and images of
# tests/application.
self:
let
  inherit (self) callPackage;
in
{
  audit = callPackage ./audit.nix { };
  backup = callPackage ./backup.nix { };
  chassis = callPackage ./chassis.nix { };
  cluster = callPackage ./cluster.nix { };
  configuration = callPackage ./configuration.nix { };
  containers = callPackage ./containers.nix { };
  declarations = callPackage ./declarations.nix { };
  deployments = callPackage ./deployments.nix { };
  docs = callPackage ./docs.nix { };
  interface = callPackage ./interface.nix { };
  libraries = callPackage ./libraries.nix { };
  observability = callPackage ./observability.nix { };
  owners = callPackage ./owners.nix { };
  registry = callPackage ./registry.nix { };
  server = callPackage ./server.nix { };
  vm = callPackage ./vm.nix { };
}
