# shellcheck shell=busybox
# emulate.sh BUSYBOX QEMU UNSHARE PROGRAM ARG…: the program, in a user namespace where
# the kernel starts aarch64 programs by QEMU, as the user that it would have without
# this.
busybox=$1 qemu=$2 unshare=$3
shift 3

# What binfmt_misc knows it by: the first bytes of the file, and which of their bits
# count.
magic='\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00'
mask='\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff'

# F: the file is opened now, and found in every root. P: programs see the name that they
# were started by.
register() {
    directory=$(mktemp -d)
    mount -t binfmt_misc none "$directory" &&
        printf ':aarch64:M::%s:%s:%s:FP' "$magic" "$mask" "$qemu" >"$directory/register"
}

if [ -n "${OUTER_USER:-}" ]; then
    register || {
        echo "This machine cannot start aarch64 programs: that needs Linux 6.7 or" \
            "later, with binfmt_misc, and user namespaces for everyone." >&2
        exit 1
    }
    user=$OUTER_USER group=$OUTER_GROUP
    unset OUTER_USER OUTER_GROUP
    # The mount stays in this namespace; what runs is no root.
    exec "$unshare" --user --map-user="$user" --map-group="$group" "$@"
fi
OUTER_USER=$(id -u) OUTER_GROUP=$(id -g)
export OUTER_USER OUTER_GROUP
exec "$unshare" --user --map-root-user --mount \
    "$busybox" sh -eu "$0" "$busybox" "$qemu" "$unshare" "$@"
