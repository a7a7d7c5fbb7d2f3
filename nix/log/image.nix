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
    "9514/tcp"
  ];
  volumes = [ "/var/log/templatesite" ];
  health = [ (lib.getExe log.health) ];
  # `docker compose exec log tail -F all.log`, `… requests ID`
  workingDir = "/var/log/templatesite";
  environment.PATH = lib.makeBinPath [
    log.requests
    busybox
  ];
}
