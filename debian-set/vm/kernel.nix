# Debian's kernel for virtual machines, with an initial root that mounts the store
# and hands over to the system's init. The same for every test.
{ bootstrap }:
let
  inherit (bootstrap) build busybox locked;
  # The package without a version depends on the one with it.
  name = builtins.head locked.debs.linux-image-cloud-amd64.depends;
in
build "vm-kernel-${locked.debs.${name}.version}" ./kernel.sh {
  inherit busybox;
  src = locked.debs.${name}.source;
  init = ./init.sh;
  # What the root and Docker's networks need; what these need is found.
  modules = [
    "virtio_blk"
    "squashfs"
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
}
