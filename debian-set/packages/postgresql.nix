# PostgreSQL without JIT (only that needs LLVM), with time zones from the store.
#
# Debian compiles /usr/share/zoneinfo in, which builds and images do not have,
# and without it even UTC is unknown. The path is overwritten with /proc/self/fd/9,
# and `postgres` becomes a wrapper that opens Debian's tzdata as descriptor 9,
# which all server processes inherit. nixpkgs builds its own path in instead.
{
  deb,
  debs,
  buildPackages,
}:
deb {
  pname = "postgresql-17";
  parts = [
    "postgresql-17"
    "postgresql-client-17"
  ];
  postUnpack = ''
    rm -rf lib/postgresql/17/lib/llvmjit* lib/postgresql/17/lib/bitcode lib/postgresql/17/lib/pgxs
    mkdir -p bin
    for program in lib/postgresql/17/bin/*; do ln -sf "../$program" bin/; done
  '';
  wraps = true;
  postFixup = ''
    cd lib/postgresql/17/bin
    mv postgres .postgres
    offset=$(LC_ALL=C ${buildPackages.gnugrep}/bin/grep -Pabo '/usr/share/zoneinfo(?=\x00)' \
      .postgres | cut -d : -f 1)
    printf '/proc/self/fd/9\0\0\0\0' | dd of=.postgres bs=1 seek="$offset" conv=notrunc 2>/dev/null
    wrap postgres "$PWD/.postgres" '-DDIRECTORY="${debs.tzdata}/share/zoneinfo"'
  '';
}
