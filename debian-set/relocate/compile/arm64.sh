# shellcheck shell=busybox disable=SC2154
# Sourced by relocate.sh where a package compiles: with GCC's own steps, as tcc has no
# assembler for this architecture. They are programs of the machine that builds.

# compile_object SOURCE [-DNAME=…]…
compile_object() {
    "$compiler/bin/cc1" -quiet -O1 -ffreestanding -fno-stack-protector "$@" \
        -o "$NIX_BUILD_TOP/object.s"
    "$compiler/bin/aarch64-linux-gnu-as" "$NIX_BUILD_TOP/object.s" \
        -o "$NIX_BUILD_TOP/object.o"
}

# compile PROGRAM SOURCE [-DNAME=…]…: a static program without libc.
compile() {
    program=$1
    shift
    compile_object "$@"
    "$compiler/bin/aarch64-linux-gnu-ld.bfd" -static "$NIX_BUILD_TOP/object.o" \
        -o "$program"
}

# compile_with_libraries PROGRAM SOURCE LIBRARY…
compile_with_libraries() {
    program=$1
    compile_object "$2"
    shift 2
    "$compiler/bin/aarch64-linux-gnu-ld.bfd" --allow-shlib-undefined \
        -dynamic-linker "/lib/$loader" "$NIX_BUILD_TOP/object.o" "$@" -o "$program"
}
