# The package sets by system. x86_64's builds with its own programs. aarch64's does so on its own
# machines; else x86_64's programs build it, and emulate it where a build must run what it built.
let
  platforms = import ../platforms.nix;
  machine = builtins.fromJSON (builtins.readFile ../machine.json);
  builds = system: if system == machine.system then system else "x86_64-linux";
  sets = builtins.mapAttrs (
    system: platform:
    import ./set.nix {
      inherit platform;
      buildPlatform = platforms.${builds system};
      buildPackages = sets.${builds system};
      emulates = machine.emulates;
    }
  ) platforms;
in
sets
