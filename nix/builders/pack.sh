# shellcheck shell=bash
# An OCI image layout as a tar, the same bytes each time.
pack() {
    tar --create --directory "$1" --dereference --sort=name --mtime=@1 \
        --owner=0 --group=0 --numeric-owner --mode=u=rw,go=r,a+X \
        blobs index.json manifest.json oci-layout
}
