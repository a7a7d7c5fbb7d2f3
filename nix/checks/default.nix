# What `nix flake check` runs.
{ callPackage }:
{
  unit-tests = callPackage ./unit-tests.nix { };
  cluster = callPackage ./cluster.nix { };
}
