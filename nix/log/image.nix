# The cluster's syslog server.
{
  lib,
  callPackage,
  busybox,
  log,
  python313,
}:
callPackage ../image.nix { } {
  name = "log";
  title = "templatesite log";
  entrypoint = [ (lib.getExe log) ];
  forbidden = [ python313 ];
  ports = [
    "5514/tcp"
    "5514/udp"
  ];
  volumes = [ "/var/log/templatesite" ];
  health = [
    "${busybox}/bin/busybox"
    "nc"
    "-w"
    "1"
    "127.0.0.1"
    "5514"
  ];
  # `docker compose exec log tail -F all.log`, `… requests ID`
  workingDir = "/var/log/templatesite";
  environment.PATH = lib.makeBinPath [
    log.requests
    busybox
  ];
}
