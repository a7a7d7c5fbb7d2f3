# The images for arm64 on a machine that emulates it: only one set builds those elsewhere.
{
  lib,
  bubblewrap,
  callPackage,
  projects,
  provenSet,
  buildCommandCheck,
}:
let
  inherit (projects) arm64;
  buildCheck = callPackage ../builders/checks/check.nix {
    inherit (arm64.packageSet) runCommand; # whose builds start arm64's programs
  };
  suite = callPackage ../builders/checks/suite-check.nix { inherit buildCheck; } "arm64" {
    packages = [ bubblewrap ];
    variables = { inherit (arm64) layouts; };
  };
in
if arm64.packageSet.${provenSet.name}.emulation.emulates then
  removeAttrs suite [ "suite" ] # the shell has the images of this machine
else
  buildCommandCheck "arm64" { } {
    "every image evaluates" = "echo ${
      lib.escapeShellArg (
        builtins.unsafeDiscardStringContext (
          toString (lib.mapAttrsToList (_: image: image.drvPath) (arm64.members arm64.images))
        )
      )
    }";
    "the server reads a row from the database" = ''
      echo "this machine cannot start arm64 programs: that needs Linux 6.7 or later"
      exit 77
    '';
  }
