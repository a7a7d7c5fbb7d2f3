# shellcheck shell=busybox disable=SC2154
# Builder of initrd.nix: $out/initrd, and $out/vmlinuz where the package has one.

# add MODULE: into the initial root, after those that it needs.
add() {
    file=$(find tree/usr/lib \
        -name "$(printf %s "$1" | sed 's/[-_]/[-_]/g').ko*")
    if [ -z "$file" ]; then
        grep -q "/$1.ko" "$builtin" && return
        echo "the kernel has no module $1" >&2
        exit 1
    fi
    [ ! -e "root/modules/$1.ko" ] || return 0
    case $file in
    *.xz) xz -dc "$file" ;;
    *) cat "$file" ;;
    esac >"root/modules/$1.ko"
    for needed in \
        $(tr '\0' '\n' <"root/modules/$1.ko" | sed -n 's/^depends=//p' | tr , ' '); do
        add "$needed"
    done
    grep -qx "$1" root/modules/order || echo "$1" >>root/modules/order
}

mkdir tree root root/bin root/dev root/modules root/new root/proc root/sys "$out"
ar -p "$src" data.tar.xz | xz -d | tar -x -C tree
builtin=$(find tree/usr/lib -name modules.builtin)
: >root/modules/order
for module in $modules; do
    add "$module"
done
cp "$busybox/bin/busybox" root/bin/busybox
cp "$init" root/init
chmod 0755 root/init
[ ! -d tree/boot ] || cp tree/boot/vmlinuz-* "$out/vmlinuz"
find root -exec touch -h -d @0 {} +
cd root || exit
find . | sort | cpio -o -H newc -R 0:0 >"$out/initrd"
