# Prometheus.
{
  lib,
  callPackage,
  metrics,
  prometheus,
  python313,
}:
callPackage ../image.nix { } {
  name = "metrics";
  title = "templatesite metrics";
  entrypoint = [ (lib.getExe metrics) ];
  forbidden = [
    prometheus.cli
    python313
  ];
  ports = [ "9090/tcp" ];
  volumes = [ "/var/lib/prometheus" ];
  healthUrl = "http://127.0.0.1:9090/-/ready";
}
