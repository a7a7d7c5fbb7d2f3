# The cluster's syslog server.
{
  lib,
  busybox,
  image,
  image-layers,
  log,
  python313,
}:
image {
  name = "log";
  title = "templatesite log";
  layers = image-layers.shell ++ [
    image-layers.rsyslog
  ];
  entrypoint = [ (lib.getExe log) ];
  forbidden = [ python313 ];
  ports = [
    "5514/tcp"
    "5514/udp"
    "9514/tcp"
  ];
  volumes = [ "/var/log/templatesite" ];
  health = lib.getExe log.health;
  # `docker compose exec log tail -F all.log`, `… requests ID`
  workingDir = "/var/log/templatesite";
  environment.PATH = lib.makeBinPath [
    log.requests
    busybox
  ];
}
