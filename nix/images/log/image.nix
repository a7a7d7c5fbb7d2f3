# The cluster's syslog server.
{
  lib,
  busybox,
  buildImage,
  image-layers,
  log,
  python313,
}:
buildImage {
  name = "log";
  title = "log";
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
  volumes = [ "/var/log/service" ];
  health = lib.getExe log.health;
  # `docker compose exec log tail -F all.log`, `… find-requests ID`
  workingDir = "/var/log/service";
  environment.PATH = lib.makeBinPath [
    log.find-requests
    busybox
  ];
}
