#!/bin/busybox sh
# First process, from the initial root: modules, the store, and a root in memory,
# because runc's pivot_root cannot leave an initial root.
export PATH=/bin
/bin/busybox --install -s /bin
mount -t devtmpfs dev /dev
mount -t proc proc /proc
mount -t sysfs sys /sys
while read -r module; do
    insmod "/modules/$module.ko"
done </modules/order

# parameter NAME: the value of NAME=… on the kernel's command line.
parameter() {
    sed -n "s/.*\\<$1=\\([^ ]*\\).*/\\1/p" /proc/cmdline
}

mount -t tmpfs -o "size=$(parameter disk)m,mode=755" root /new
cd /new || exit
mkdir -p bin dev nix/store proc sys
cp -a /bin/. bin/
mount -o ro -t squashfs /dev/vda nix/store
system=$(parameter system)
for directory in dev proc sys; do
    mount --move "/$directory" "$directory"
done
exec switch_root /new "$system/init"
