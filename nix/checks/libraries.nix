# Every ELF file of what the images, the shell and the checks run (but for the machine
# of `vm`) finds all its libraries in the store: the dynamic linker itself is asked.
{
  bubblewrap,
  closureInfo,
  cluster,
  distribution,
  docker-compose,
  load,
  postgresql_17,
  prometheus,
  prometheus-alertmanager,
  pythons,
  ruff,
  shellcheck,
  skopeo,
  buildSuiteCheck,
  with-db,
}:
buildSuiteCheck "libraries" {
  variables.closure = closureInfo {
    rootPaths = [
      bubblewrap
      cluster
      distribution
      docker-compose
      load
      postgresql_17
      prometheus
      prometheus-alertmanager
      prometheus.cli
      pythons.development
      pythons.tests
      ruff
      shellcheck
      skopeo
      with-db
    ];
  };
}
