# shellcheck shell=busybox disable=SC1090,SC2154
# Builder of deb.nix: Debian packages ($srcs), unpacked into one store path, made
# to work from there. What was below /usr is below $out; sbin joins bin.
. "$elf"
[ -z "${compile:-}" ] || . "$compile"

unpack() {
    for src in $srcs; do
        ar -p "$src" data.tar.xz | xz -d | tar -x -C "$1"
    done
}

collect() {
    mkdir -p "$out"
    for directory in "$1"/usr "$1"; do
        [ -d "$directory" ] || continue
        for tree in bin sbin lib lib64 libexec share etc; do
            [ ! -d "$directory/$tree" ] || [ -L "$directory/$tree" ] || {
                mkdir -p "$out/$tree" && cp -a "$directory/$tree/." "$out/$tree/"
            }
        done
    done
    [ ! -d "$out/sbin" ] || {
        mkdir -p "$out/bin" && mv "$out/sbin"/* "$out/bin/" && rmdir "$out/sbin"
    }
}

# Manuals and what only Debian's own tools read; licences stay.
prune() {
    [ ! -d "$out/share/doc" ] ||
        find "$out/share/doc" ! -type d ! -name copyright -exec rm -f {} +
    for directory in man info lintian bug locale bash-completion zsh doc-base \
        pkgconfig; do
        rm -rf "${out:?}/share/$directory"
    done
    rm -rf "${out:?}/lib/systemd" "${out:?}/lib/sysusers.d" "${out:?}/lib/tmpfiles.d" \
        "${out:?}/etc/init.d"
    find "$out" -depth -type d -empty -exec rmdir {} +
}

# libc's converters for other character sets than Unicode's and Latin-1, and its
# libraries for debuggers or that no package of the set needs.
prune_libc() {
    for library in BrokenLocale anl c_malloc_debug memusage mvec nsl nss_hesiod \
        pcprofile thread_db; do
        rm -f "$out/lib/$libraries/lib$library".so*
    done
    find "$out/lib/$libraries/gconv" -name '*.so' \
        ! -name 'UTF*' ! -name 'UNICODE*' ! -name 'ISO8859-1.so' -exec rm {} +
}

# A path of the Debian tree as it is here or in a dependency; nothing if nowhere.
relocated() {
    path=${1#/usr}
    for root in $out $deps; do
        for candidate in "$root$path" "$root/bin/${path#/sbin/}"; do
            if [ -e "$candidate" ] || [ -L "$candidate" ]; then
                echo "$candidate"
                return
            fi
        done
    done
}

# Links to absolute paths, or out of this package to a neighbour's file.
fix_links() {
    find "$out" -type l ! -exec test -e {} \; -print | while read -r link; do
        target=$(readlink "$link")
        case "$target" in
        /*) ;;
        *)
            target=$(printf '%s\n' "${link%/*}/$target" |
                sed -e "s|^$out||" -e ':up' -e 's|/[^/]*/\.\./|/|; tup')
            ;;
        esac
        found=$(relocated "$target")
        [ "$found" != "$link" ] || found=
        if [ -n "$found" ]; then ln -sfn "$found" "$link"; else rm "$link"; fi
    done
}

fix_scripts() {
    find "$out/bin" "$out/lib" -type f -perm -100 2>/dev/null | while read -r file; do
        [ "$(head -c 2 "$file")" = '#!' ] || continue
        interpreter=$(head -n 1 "$file" | sed 's/^#! *//; s/ .*//')
        found=$(relocated "$interpreter")
        [ -z "$found" ] ||
            { chmod u+w "$file" && sed -i "1s|^#! *$interpreter|#!$found|" "$file"; }
    done
}

# wrap FILE PROGRAM -DNAME=…: FILE becomes a program that starts PROGRAM (wrapper.c).
wrap() {
    file=$1 program=$2
    shift 2
    compile "$file" "$wrapper" "-DPROGRAM=\"$program\"" "$@"
    chmod 0755 "$file"
}

mkdir unpacked
unpack unpacked
collect unpacked
cd "$out" || exit
eval "$postUnpack"
prune
fix_links
fix_scripts
# libc finds its own parts by itself, and must stay as it was linked.
if [ -e "$out/lib/$libraries/libc.so.6" ]; then
    prune_libc
else
    elf_files "$out" >"$NIX_BUILD_TOP/elf-files"
    while read -r file; do
        patch_elf "$file"
    done <"$NIX_BUILD_TOP/elf-files"
fi
eval "$postFixup"
