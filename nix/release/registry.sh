# shellcheck shell=bash
# Images in a registry, for the programs that name them.

# is_prefix TEXT: whether its first part is a host, as Docker tells one from a name of
# its own registry's.
is_prefix() {
    case $1 in
    *://* | */ | -*) return 1 ;;
    localhost/* | *.*/* | *:*/*) ;;
    *) return 1 ;;
    esac
}

# digest_of NAME: of what `push` sends for the image of that name.
digest_of() {
    echo "sha256:$(skopeo inspect --raw "oci:$IMAGES/$1" | sha256sum | cut -d ' ' -f 1)"
}
