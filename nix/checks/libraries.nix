# Every ELF file of what the images, the shell and the checks run (but for the machine
# of `vm`) finds all its libraries in the store: the dynamic linker itself is asked.
{
  callPackage,
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
  with-db,
}:
callPackage ./pytest.nix { } "libraries" {
  nativeBuildInputs = [ pythons.system-test ];
  closure = closureInfo {
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
      pythons.observability
      pythons.system-test
      ruff
      shellcheck
      skopeo
      with-db
    ];
  };
  tests = ./libraries;
}
