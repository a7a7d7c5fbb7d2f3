# The checks of the set, among those of the platform.
self:
let
  inherit (self) callPackage;
in
{
  interface = callPackage ./interface { };
  nixw = callPackage ./nixw { };
}
