# shellcheck shell=busybox
# room NAME: whether the disk of LOG_DIR takes a block more; NAME tells probes apart.
probe="$LOG_DIR/room.$1"
trap 'rm -f "$probe"' EXIT
dd if=/dev/zero of="$probe" bs=65536 count=1 2>/dev/null
