# Copies every image to a registry, without a daemon: push REGISTRY/PREFIX [OPTIONS of skopeo copy].
# Each gets two tags, the project's version and one that tells what is in it.

fail() {
    printf 'push: %s\n' "$*" >&2
    exit 1
}

# A policy is for images from elsewhere; these come from the store.
push_image() {
    local layout=$1 target=$2
    shift 2
    skopeo --insecure-policy --tmpdir "$work" copy --quiet --preserve-digests --digestfile "$work/digest" "$@" \
        "oci:$layout" "docker://$target" ||
        fail "$target could not be pushed; what was pushed before it stays, and is not sent again."
}

push_images() {
    local prefix=$1 name repository tag
    shift
    while read -r name repository tag; do
        push_image "$IMAGES/$name" "$prefix/$repository:$tag" "$@"
        push_image "$IMAGES/$name" "$prefix/$repository:$VERSION" "$@"
        printf '%s@%s\n' "$prefix/$repository:$VERSION" "$(cat "$work/digest")"
    done <"$IMAGES/list"
}

case "${1:-}" in
'' | -* | *://* | */) fail "give it a registry and a prefix, such as: push registry.example.com/team" ;;
esac
[ -z "$DIRTY" ] || fail "the tree has changes that are not committed: commit them, so that the images can be told."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
push_images "$@"
