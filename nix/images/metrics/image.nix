# Prometheus.
{
  lib,
  buildImage,
  image-answers,
  image-layers,
  metrics,
  prometheus,
  python313,
}:
buildImage {
  name = "metrics";
  title = "metrics";
  layers = image-layers.shell ++ [
    {
      paths = [ prometheus ];
      # Pages that its package serves from elsewhere, and texts.
      without = [ "share" ];
    }
  ];
  entrypoint = [ (lib.getExe metrics) ];
  forbidden = [
    prometheus.cli
    python313
  ];
  ports = [ "9090/tcp" ];
  volumes = [ "/var/lib/prometheus" ];
  health = image-answers "http://127.0.0.1:9090/-/ready";
}
