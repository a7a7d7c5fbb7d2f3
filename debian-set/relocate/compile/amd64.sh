# shellcheck shell=busybox disable=SC2086,SC2154
# Sourced by relocate.sh where a package compiles: with tcc, which is small.

# compile PROGRAM SOURCE [-DNAME=…]…: a static program without libc.
compile() {
    program=$1 source=$2
    shift 2
    "$compiler/bin/tcc" -nostdlib -static "$@" "$source" -o "$program"
}

# compile_with_libraries PROGRAM SOURCE LIBRARY…
compile_with_libraries() {
    program=$1 source=$2
    shift 2
    # shellcheck disable=SC2046,SC2059 # one word a directory
    "$compiler/bin/tcc" -nostdlib -o "$program" "$source" \
        $(printf " -L%s/lib/$libraries" $deps) "$@"
}
