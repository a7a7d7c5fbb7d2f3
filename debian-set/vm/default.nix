# The part of nixpkgs's testers.runNixOSTest that nix/ uses: one machine with Docker,
# which runs testScript. ../README.md lists the options and methods; others throw.
{
  lib,
  bootstrap,
  deb,
  debs,
  packages,
  annotate,
}:
let
  inherit (packages)
    closureInfo
    python313
    runCommand
    writeShellApplication
    writeTextFile
    ;

  # The options of a node with their defaults, by path.
  options = {
    "environment.systemPackages" = [ ];
    "virtualisation.cores" = 1;
    "virtualisation.diskSize" = 1024; # MiB
    "virtualisation.docker.enable" = false;
    "virtualisation.memorySize" = 1024; # MiB
  };

  unknown =
    option:
    throw (
      "runNixOSTest: the Debian set has no option ${option}; "
      + "debian-set/README.md lists those that it has"
    );

  flatten = import ./flatten.nix {
    known = options;
    inherit unknown;
  };

  only =
    known: set:
    map (name: if builtins.elem name known then name else unknown name) (builtins.attrNames set);

  qemu = deb {
    pname = "qemu-system-x86";
    parts = [
      "qemu-system-x86"
      "qemu-system-data"
      "seabios"
    ];
    # The rest is for other machines.
    postUnpack = ''
      find bin -type f ! -name qemu-system-x86_64 -exec rm {} +
      find share/qemu share/seabios -type f \
        ! -name linuxboot_dma.bin ! -name kvmvapic.bin ! -name bios-256k.bin -exec rm {} +
    '';
  };

  uml = import ./uml.nix { inherit deb; };

  initrd = import ./initrd.nix { inherit bootstrap; };

  runNixOSTest =
    {
      name,
      nodes,
      testScript,
      ...
    }@module:
    let
      node = options // flatten nodes.machine;
      system = import ./system.nix {
        inherit
          lib
          deb
          debs
          packages
          node
          ;
      };
      script = writeTextFile {
        name = "test-script";
        text = testScript;
      };
      configuration = writeTextFile {
        name = "machine.json";
        text = builtins.toJSON {
          inherit
            qemu
            uml
            initrd
            system
            ;
          memory = node."virtualisation.memorySize";
          cores = node."virtualisation.cores";
          disk = node."virtualisation.diskSize";
          store = closureInfo {
            rootPaths = [
              system
              script
            ];
          };
        };
      };
      driver =
        arguments:
        writeShellApplication {
          name = "nixos-test-driver";
          runtimeInputs = [ debs.squashfs-tools ];
          text = ''
            exec ${python313}/bin/python3.13 -P ${./driver.py} \
              ${configuration} ${script} ${arguments} "$@"
          '';
        };
    in
    builtins.seq
      (builtins.deepSeq [
        (only [
          "globalTimeout"
          "name"
          "nodes"
          "testScript"
        ] module)
        (only [ "machine" ] nodes)
      ] null)
      (
        annotate
          (runCommand "vm-test-run-${name}" {
            nativeBuildInputs = [ (driver "") ];
          } "mkdir $out && nixos-test-driver -o $out")
          {
            passthru = {
              driver = driver "";
              driverInteractive = driver "--interactive";
            };
          }
      );
in
{
  inherit runNixOSTest;
}
