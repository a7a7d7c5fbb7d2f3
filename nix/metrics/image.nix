# Prometheus.
{
  lib,
  callPackage,
  metrics,
}:
callPackage ../image.nix { } {
  name = "metrics";
  title = "templatesite metrics";
  entrypoint = [ (lib.getExe metrics) ];
  ports = [ "9090/tcp" ];
  volumes = [ "/var/lib/prometheus" ];
  healthUrl = "http://127.0.0.1:9090/-/ready";
}
