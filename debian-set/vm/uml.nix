# Debian's Linux as a program, which runs a machine where KVM does not work.
{ deb }:
deb {
  pname = "user-mode-linux";
  wraps = true; # it compiles
  # Its modules are in the initial root.
  postUnpack = ''
    rm -r lib/uml
    "$compiler/bin/tcc" -nostdlib -shared ${./registers.c} -o lib/registers.so
  '';
}
