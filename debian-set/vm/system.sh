# shellcheck shell=busybox disable=SC2154
# First process of the system; system.nix puts $docker, $compose and $daemon above, and
# the kernel's command line gives $shell, the driver's device.
export HOME=/root TERM=dumb
cd /
mkdir -p dev/mqueue dev/pts dev/shm etc/docker lib/modules root/.docker/cli-plugins \
    run sys/fs/cgroup tmp var/lib
ln -s /run var/run
ln -s /proc/self/fd dev/fd
for stream in 0:stdin 1:stdout 2:stderr; do
    ln -s "/proc/self/fd/${stream%:*}" "dev/${stream#*:}"
done
mount -t devpts -o mode=620,ptmxmode=666 devpts dev/pts
mount -t tmpfs -o mode=1777 shm dev/shm
mount -t mqueue mqueue dev/mqueue
mount -t tmpfs -o mode=755 run run
mount -t cgroup2 cgroup2 sys/fs/cgroup
chmod 1777 tmp
echo "root:x:0:0:root:/root:/bin/sh" >etc/passwd
echo "root:x:0:" >etc/group
echo "127.0.0.1 localhost" >etc/hosts
: >etc/resolv.conf
hostname machine
ip link set lo up

if [ -n "$docker" ]; then
    cp "$daemon" etc/docker/daemon.json
    ln -s "$compose/libexec/docker/cli-plugins/docker-compose" \
        root/.docker/cli-plugins/docker-compose
    # Started again when it ends, as by a service manager.
    while :; do
        dockerd >>/run/dockerd.log 2>&1
        sleep 1
    done &
fi

# The driver's shell; its errors, as those of its commands, go to the console.
ln -s "$shell" dev/shell
cd /tmp || exit
while :; do
    setsid bash --noprofile --norc -c '
        exec <>/dev/shell >&0
        stty raw -echo
        exec 2>/dev/console
        echo "Spawning backdoor root shell..."
        PS1= exec bash --noprofile --norc'
done
