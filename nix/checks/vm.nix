# A machine with Docker loads the images and runs docker-compose.yaml.
{
  buildCheck,
  testers,
  back,
  busybox,
  load,
  files,
  service,
  template,
  python313,
  writeShellApplication,
  # Only nixpkgs has it.
  grafana ? null,
}:
let
  python = "${python313}/bin/python3.13";

  test = testers.runNixOSTest {
    name = "cluster";
    globalTimeout = 7200; # seconds; without KVM the default is too short
    nodes.machine = {
      virtualisation = {
        cores = 2;
        diskSize = 8192;
        docker.enable = true;
        memorySize = 3072;
      };
      environment.systemPackages = [
        back
        load
      ];
    };
    testScript = ''
      compose_files = {
          "docker-compose.yaml": "${files}/docker-compose.yaml",
          "docker-compose.override.yaml": "${template + "/tests/vm/docker-compose.override.yaml"}",
      }
      deploy = "${files}/deploy"
      stack_own = "${template + "/tests/vm/stack.own.yaml"}"
      releases = "${python} -P ${template + "/bench/releases.py"}"
      traffic = "${python} -P ${template + "/tests/vm/traffic.py"}"
      wget = "${busybox}/bin/busybox wget -q -O -"
      service = "${service.name}"
      version = "${service.version}"
      database = "${service.database}"
      grafana = ${if grafana == null then "False" else "True"}

      ${builtins.readFile (template + "/tests/vm/swarm.py")}
      ${builtins.readFile (template + "/tests/vm/script.py")}
    '';
  };
in
# The test's own derivation keeps no report when it fails, and requires KVM. So this check runs
# the driver, which works without KVM.
buildCheck "vm"
  {
    long = true;
    nativeBuildInputs = [
      python313
      test.driver
    ];
    passthru.interactive = writeShellApplication {
      name = "vm-test-interactive";
      text = ''exec ${test.driverInteractive}/bin/nixos-test-driver "$@"'';
      meta.description = "A Python prompt in the VM test, its machine at hand";
    };
  }
  ''
    mkdir "$out/machine"
    status=0
    nixos-test-driver -o "$out/machine" 2>&1 | tee driver.log || status=$?
    python3.13 -P ${template + "/tests/vm/report.py"} driver.log "$out/junit.xml"
    exit "$status"
  ''
