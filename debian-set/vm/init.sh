#!/bin/busybox sh
# shellcheck disable=SC2154
# First process, from the initial root: modules, the store, and a root in memory,
# because runc's pivot_root cannot leave an initial root. The kernel's command line has
# given $disk, $store and $system.
export PATH=/bin
/bin/busybox --install -s /bin
mount -t devtmpfs dev /dev
mount -t proc proc /proc
mount -t sysfs sys /sys
while read -r module; do
    insmod "/modules/$module.ko"
done </modules/order

mount -t tmpfs -o "size=${disk}m,mode=755" root /new
cd /new || exit
mkdir -p bin dev nix/store proc sys
cp -a /bin/. bin/
case $store in
hostfs) mount -t hostfs -o ro,/nix/store store nix/store ;;
*) mount -t squashfs -o ro "$store" nix/store ;;
esac
for directory in dev proc sys; do
    mount --move "/$directory" "$directory"
done
exec switch_root /new "$system/init"
