# Debian's Python without what serves its own development or a desktop.
{
  deb,
  byteCompile,
  # Of the machine that builds.
  buildPython,
}:
deb {
  pname = "python3.13";
  parts = [
    "python3.13-minimal"
    "python3.13"
    "libpython3.13-minimal"
    "libpython3.13-stdlib"
  ];
  needs = [ "libpython3.13" ];
  wraps = true;
  # Time zones come from Debian's tzdata, as nixpkgs points Python at its own.
  postUnpack = ''
    # What serves the development of Python itself, or a desktop.
    for part in EXTERNALLY-MANAGED ensurepip idlelib pydoc_data test tkinter \
      turtle.py turtledemo; do
      rm -rf lib/python3.13/$part
    done
    rm -f lib/python3.13/lib-dynload/_test*.so lib/python3.13/lib-dynload/_xxtestfuzz*.so
    # ndbm through Berkeley DB; dbm has SQLite.
    rm lib/python3.13/lib-dynload/_dbm*.so
    compile_with_libraries bin/python3.13 ${./python.c} \
      "$(library_directory libpython3.13.so.1.0)/libpython3.13.so.1.0" \
      "$(library_directory libc.so.6)/libc.so.6"
    sed -i "s|'TZPATH': '[^']*'|'TZPATH': '$(relocated /share/zoneinfo)'|" \
      lib/python3.13/_sysconfigdata_*.py
  '';
  postFixup = ''
    python=${buildPython}
    ${byteCompile "lib/python3.13"}
  '';
}
