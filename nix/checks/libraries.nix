# Every ELF file of every package in use finds all its libraries in the store: the
# dynamic linker itself is asked.
{
  callPackage,
  closureInfo,
  cluster,
  load,
  postgresql_17,
  pythons,
  ruff,
  shellcheck,
  with-db,
}:
callPackage ./pytest.nix { } "libraries"
  {
    nativeBuildInputs = [ pythons.system-test ];
    closure = closureInfo {
      rootPaths = [
        cluster
        load
        postgresql_17
        pythons.development
        pythons.system-test
        ruff
        shellcheck
        with-db
      ];
    };
    tests = ./libraries;
  }
