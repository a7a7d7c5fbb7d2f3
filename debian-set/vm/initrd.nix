# An initial root for each of Debian's kernels: it mounts the store and hands over to
# the system's init. The same for every test.
{ bootstrap }:
let
  inherit (bootstrap) build busybox locked;

  # The root of `package`, with `modules` beside what Docker's networks need; what these
  # need is found.
  initrd =
    package: modules:
    build "vm-${package}-${locked.debs.${package}.version}" ./initrd.sh {
      inherit busybox;
      src = locked.debs.${package}.source;
      init = ./init.sh;
      modules = modules ++ [
        "overlay"
        "vxlan"
        "bridge"
        "br_netfilter"
        "veth"
        "iptable_filter"
        "iptable_nat"
        "xt_MASQUERADE"
        "xt_addrtype"
        "xt_conntrack"
        "xt_nat"
        "xt_tcpudp"
      ];
    };
in
{
  # The package without a version depends on the one with it.
  qemu = initrd (builtins.head locked.debs.linux-image-cloud-amd64.depends) [
    "virtio_blk"
    "squashfs"
  ];
  uml = initrd "user-mode-linux" [ ];
}
