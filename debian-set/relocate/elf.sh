# shellcheck shell=busybox disable=SC2086,SC2154,SC3045
# Sourced by relocate.sh and wheel.sh: fits ELF files into the store. A library
# is looked for in this package ($out), then in $deps, in that order. $libraries and
# $loader are of ../platforms.nix.

elf_magic=$(printf '\177ELF')

elf_files() {
    find "$1" -type f \( -perm -100 -o -name '*.so*' \) | while read -r file; do
        magic=
        IFS= read -r -n 4 magic <"$file" || true
        [ "$magic" != "$elf_magic" ] || printf '%s\n' "$file"
    done
}

# $directory becomes the one that holds the library $1.
find_library() {
    for root in $out $deps; do
        for directory in "$root/lib/$libraries" "$root/lib"; do
            [ ! -e "$directory/$1" ] || return 0
        done
    done
    directory=
    return 1
}

library_directory() {
    find_library "$1"
    echo "$directory"
}

add_to_runpath() {
    case :$runpath: in
    *:$1:*) ;;
    *) runpath=${runpath:+$runpath:}$1 ;;
    esac
}

# add_own RUNPATH: Debian's private library directories at their new place, and what is
# beside the file, as in wheels that bundle libraries.
add_own() {
    for own in $(printf %s "$1" | tr ':' ' '); do
        case $own in
        \$ORIGIN*) add_to_runpath "$own" ;;
        /usr/*)
            for root in $out $deps; do
                [ ! -d "$root/${own#/usr/}" ] ||
                    { add_to_runpath "$root/${own#/usr/}"; break; }
            done
            ;;
        esac
    done
}

# is_in_runpath LIBRARY ORIGIN
is_in_runpath() {
    for own in $(printf %s "$runpath" | tr ':' ' ') "$2"; do
        case $own in
        \$ORIGIN*) own=$2${own#\$ORIGIN} ;;
        esac
        [ ! -e "$own/$1" ] || return 0
    done
    return 1
}

# Fails when a library that the file needs is nowhere. A file that is linked statically
# stays.
patch_elf() {
    runpath='' options=''
    needed=$("$patchelf" --print-needed "$1" 2>/dev/null) || return 0
    interpreter=$("$patchelf" --print-interpreter "$1" 2>/dev/null || true)
    add_own "$("$patchelf" --print-rpath "$1")"
    if [ -n "$interpreter" ]; then
        find_library "$loader"
        options="--set-interpreter $directory/$loader"
        # libc loads libgcc_s by itself when a thread ends, and would look for it in the
        # host's directories only: programs load it from the start.
        if find_library libgcc_s.so.1; then
            needed="$needed libgcc_s.so.1" options="$options --add-needed libgcc_s.so.1"
        fi
    fi
    for library in $needed; do
        if find_library "$library"; then
            add_to_runpath "$directory"
        elif ! is_in_runpath "$library" "${1%/*}"; then
            echo "$1 needs $library, which no dependency has" >&2
            return 1
        fi
    done
    [ -n "$options$runpath" ] || return 0
    chmod u+w "$1"
    "$patchelf" $options --set-rpath "$runpath" "$1"
}
