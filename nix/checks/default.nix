# What `nix flake check` runs for every root: the service's own checks.
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
  walk = callPackage ./walk.nix { };
}
