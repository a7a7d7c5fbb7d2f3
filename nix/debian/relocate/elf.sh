# shellcheck shell=busybox disable=SC2086,SC2154
# Sourced by relocate.sh and wheel.sh: fits ELF files into the store. A library
# is looked for in this package ($out), then in $deps, in that order.

elf_files() {
    find "$1" -type f \( -perm -100 -o -name '*.so*' \) | while read -r file; do
        [ "$(head -c 4 "$file")" != "$(printf '\177ELF')" ] || printf '%s\n' "$file"
    done
}

# The directory that holds the library named $1.
library_directory() {
    for root in $out $deps; do
        for directory in "$root/lib/x86_64-linux-gnu" "$root/lib"; do
            [ ! -e "$directory/$1" ] || { echo "$directory"; return; }
        done
    done
}

# The file's own RUNPATH: Debian's private library directories at their new place, and what is
# beside the file, as in wheels that bundle libraries.
own_runpath() {
    "$patchelf" --print-rpath "$1" | tr ':' '\n' | while read -r directory; do
        case $directory in
        \$ORIGIN*) echo "$directory" ;;
        /usr/*)
            for root in $out $deps; do
                [ ! -d "$root/${directory#/usr/}" ] || { echo "$root/${directory#/usr/}"; break; }
            done
            ;;
        esac
    done
}

# libc loads libgcc_s by itself when a thread ends, and would look for it in the
# host's directories only: programs load it from the start.
need_libgcc() {
    if [ -n "$(library_directory libgcc_s.so.1)" ] && "$patchelf" --print-interpreter "$1" >/dev/null 2>&1; then
        chmod u+w "$1"
        "$patchelf" --add-needed libgcc_s.so.1 "$1"
    fi
}

# Fails when a library that the file needs is nowhere.
patch_elf() {
    need_libgcc "$1"
    runpath=$(own_runpath "$1")
    for library in $("$patchelf" --print-needed "$1"); do
        directory=$(library_directory "$library")
        if [ -n "$directory" ]; then
            runpath="$runpath $directory"
        elif ! in_directories "$library" "${1%/*}" $runpath; then
            echo "$1 needs $library, which no dependency has" >&2
            return 1
        fi
    done
    set_runpath "$1" "$(printf '%s\n' $runpath | awk '!seen[$0]++' | tr '\n' ':' | sed 's/:$//')"
}

# in_directories LIBRARY ORIGIN DIRECTORY…
in_directories() {
    library=$1 origin=$2
    shift 2
    for directory; do
        case $directory in
        \$ORIGIN*) directory=$origin${directory#\$ORIGIN} ;;
        esac
        [ ! -e "$directory/$library" ] || return 0
    done
    return 1
}

set_runpath() {
    interpreter=$("$patchelf" --print-interpreter "$1" 2>/dev/null || true)
    chmod u+w "$1"
    if [ -n "$interpreter" ]; then
        loader=$(library_directory ld-linux-x86-64.so.2)/ld-linux-x86-64.so.2
        "$patchelf" --set-interpreter "$loader" --set-rpath "$2" "$1"
    elif [ -n "$2" ]; then
        "$patchelf" --set-rpath "$2" "$1"
    fi
}
