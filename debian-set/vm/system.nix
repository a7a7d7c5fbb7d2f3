# What the machine runs after its kernel: `init` and, on its PATH, the usual tools,
# Docker and the node's packages.
{
  lib,
  deb,
  debs,
  packages,
  node,
}:
let
  iptables = deb {
    pname = "iptables";
    # Debian's alternatives; these need fewer kernel modules than nftables.
    postUnpack = ''
      for program in iptables ip6tables iptables-save iptables-restore \
          ip6tables-save ip6tables-restore; do
          ln -sf xtables-legacy-multi bin/$program
      done
    '';
  };
  docker =
    if node."virtualisation.docker.enable" then
      [
        debs.containerd
        debs.docker-cli
        debs."docker.io"
        debs.runc
        debs.tini
        iptables
      ]
    else
      [ ];
  tools =
    node."environment.systemPackages"
    ++ docker
    ++ map (name: debs.${name}) [
      "bash"
      "coreutils"
      "findutils"
      "gawk"
      "grep"
      "gzip"
      "sed"
      "tar"
    ]
    ++ [ packages.busybox ];
in
packages.runCommand "vm-system"
  {
    path = lib.makeBinPath tools;
    docker = lib.optionalString node."virtualisation.docker.enable" "yes";
    compose = packages.docker-compose;
    extensions = "${iptables}/lib/x86_64-linux-gnu/xtables";
    daemon = ./docker.json;
    init = ./system.sh;
  }
  ''
    mkdir $out
    {
      echo "#!/bin/busybox sh"
      echo "export PATH=$path XTABLES_LIBDIR=$extensions"
      echo "docker=$docker compose=$compose daemon=$daemon"
      cat $init
    } >$out/init
    chmod 0755 $out/init
  ''
