# A PostgreSQL without JIT (only that needs LLVM), with time zones from the store.
#
# Debian compiles /usr/share/zoneinfo in, which builds and images do not have,
# and without it even UTC is unknown. The path is overwritten with /proc/self/fd/9,
# and `postgres` becomes a wrapper that opens Debian's tzdata as descriptor 9,
# which all server processes inherit. nixpkgs builds its own path in instead.
{
  deb,
  debs,
  buildPackages,
  major,
  # Its packages.
  parts,
}:
deb {
  pname = "postgresql-${major}";
  inherit parts;
  postUnpack = ''
    rm -rf lib/postgresql/${major}/lib/llvmjit* lib/postgresql/${major}/lib/bitcode lib/postgresql/${major}/lib/pgxs
    mkdir -p bin
    for program in lib/postgresql/${major}/bin/*; do ln -sf "../$program" bin/; done
  '';
  wraps = true;
  postFixup = ''
    cd lib/postgresql/${major}/bin
    mv postgres .postgres
    offset=$(LC_ALL=C ${buildPackages.gnugrep}/bin/grep -Pabo '/usr/share/zoneinfo(?=\x00)' \
      .postgres | cut -d : -f 1)
    printf '/proc/self/fd/9\0\0\0\0' | dd of=.postgres bs=1 seek="$offset" conv=notrunc 2>/dev/null
    wrap postgres "$PWD/.postgres" '-DDIRECTORY="${debs.tzdata}/share/zoneinfo"'
  '';
}
