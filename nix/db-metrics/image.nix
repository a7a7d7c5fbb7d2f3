# PostgreSQL's statistics for Prometheus.
{
  lib,
  callPackage,
  db-metrics,
  postgresql_17,
  python313,
}:
callPackage ../image.nix { } {
  name = "db-metrics";
  title = "templatesite database metrics";
  entrypoint = [ (lib.getExe db-metrics) ];
  forbidden = [
    postgresql_17
    python313
  ];
  ports = [ "9187/tcp" ];
  healthUrl = "http://127.0.0.1:9187/";
}
