# What `nix flake check` runs.
{ callPackage }:
{
  cluster = callPackage ./cluster.nix { };
  server = callPackage ./server.nix { };
  unit-tests = callPackage ./unit-tests.nix { };
}
