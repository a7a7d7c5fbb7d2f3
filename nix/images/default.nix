# The images of the cluster: each has the name of its folder and of its compose service.
{
  lib,
  # Only nixpkgs has it.
  grafana ? null,
  service,
}:
self:
let
  inherit (self) callPackage;
in
{
  server = callPackage ./server/image.nix { };
  db = callPackage ./db/image.nix { };
  db-metrics = callPackage ./db-metrics/image.nix { };
  log = callPackage ./log/image.nix { };
  alerts = callPackage ./alerts/image.nix { };
  backup = callPackage ./backup/image.nix { };
  edge = callPackage ./edge/image.nix { };
  metrics = callPackage ./metrics/image.nix { };
  test = callPackage ./test/image.nix { };
  system-test = callPackage ./system-test/image.nix { };
}
// lib.optionalAttrs service.upgrade { db-upgrade = callPackage ./db-upgrade/image.nix { }; }
// lib.optionalAttrs (grafana != null) {
  metrics-graph = callPackage ./metrics-graph/image.nix { };
}
