# What `nix flake check` runs for every root: the service's own checks.
self:
let
  inherit (self) callPackage;
in
{
  deploy = callPackage ./deploy { };
  files = callPackage ./files.nix { };
  images = callPackage ./images.nix { };
  migrations = callPackage ./migrations { };
  monitoring = callPackage ./monitoring { };
  ranges = callPackage ./ranges { };
  style = callPackage ./style { };
  system-tests = callPackage ./system-tests { };
  unit-tests = callPackage ./unit-tests.nix { };
  walk = callPackage ./walk.nix { };
}
