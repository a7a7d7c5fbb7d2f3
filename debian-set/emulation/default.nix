# Lets a build start programs of another architecture: in a user namespace of its own, the kernel
# (6.7 or later) is told to start them by qemu-user. It needs no root and leaves nothing behind.
{
  # Of the machine that builds.
  bootstrap,
  deb,
  debs,
  # Whether its kernel can: ../machine.json.
  emulates,
}:
let
  busybox = "${bootstrap.busybox}/bin/busybox";

  # The emulators of 30 other architectures are left out.
  qemu = deb {
    pname = "qemu-user";
    postUnpack = "find bin -type f ! -name qemu-aarch64 -exec rm {} +";
  };
in
{
  inherit emulates;

  # What a builder's command begins with.
  command = [
    busybox
    "sh"
    "-eu"
    "${./emulate.sh}"
    busybox
    "${qemu}/bin/qemu-aarch64"
    "${debs.util-linux}/bin/unshare"
  ];
}
