# The service on a Kubernetes of two machines: k3s, which enforces policies, too. The suite runs on
# the first one.
{
  lib,
  archives,
  buildSuiteCheck,
  callPackage,
  kubectl,
  members,
  pythons,
  template,
  testers,
}:
let
  suite = callPackage ./suite.nix { };

  machine = role: { config, ... }: {
    virtualisation = {
      cores = 2;
      diskSize = 8192;
      memorySize = 3072;
    };
    networking.firewall.enable = false; # the nodes speak with each other
    environment = {
      systemPackages = [
        kubectl
        pythons.tests
      ];
      sessionVariables = suite.variables // {
        KUBECONFIG = "/etc/rancher/k3s/k3s.yaml";
      };
    };
    services.k3s = {
      enable = true;
      inherit role;
      token = "of-this-test-alone";
      nodeIP = config.networking.primaryIPAddress;
      # The driver's machines have their default route by another interface.
      extraFlags = [ "--flannel-iface eth1" ];
      images = [ config.services.k3s.package.airgap-images ] ++ lib.attrValues (members archives);
    };
  };

  test = testers.runNixOSTest {
    name = "kubernetes";
    globalTimeout = 7200; # seconds; without KVM the default is too short
    nodes = {
      first = {
        imports = [ (machine "server") ];
        services.k3s.disable = [ "traefik" ];
      };
      second =
        { nodes, ... }:
        {
          imports = [ (machine "agent") ];
          services.k3s.serverAddr = "https://${nodes.first.networking.primaryIPAddress}:6443";
        };
    };
    testScript = builtins.readFile (template + "/tests/kubernetes/script.py");
  };
in
buildSuiteCheck "kubernetes" {
  inherit (suite) packages variables;
  long = true;
  script = ''${test.driver}/bin/nixos-test-driver -o "$out"'';
}
