# shellcheck shell=sh
# Sourced by fetch and lock. The first program cannot be unpacked by a build, so
# the host's dpkg-deb unpacks it and the lock holds the hash of the result.

# busybox_unpack DEB DIRECTORY: bin/busybox below DIRECTORY; prints its NAR hash.
busybox_unpack() {
    mkdir -p "$2/bin"
    dpkg-deb --fsys-tarfile "$1" | tar -xO ./usr/bin/busybox >"$2/bin/busybox"
    chmod 0755 "$2/bin/busybox"
    nix-hash --type sha256 --base16 "$2"
}
