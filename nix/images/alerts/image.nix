# Alertmanager.
{
  lib,
  alerts,
  buildImage,
  image-answers,
  image-layers,
  prometheus-alertmanager,
  python313,
}:
buildImage {
  name = "alerts";
  title = "alerts";
  layers = image-layers.shell ++ [
    {
      paths = [ prometheus-alertmanager ];
      without = [ "bin/amtool" ];
    }
  ];
  entrypoint = [ (lib.getExe alerts) ];
  forbidden = [ python313 ];
  ports = [ "9093/tcp" ];
  volumes = [ "/var/lib/alertmanager" ];
  health = image-answers "http://127.0.0.1:9093/-/ready";
}
