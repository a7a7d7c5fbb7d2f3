# shellcheck shell=bash
# Copies every image to a registry, without a daemon: push REGISTRY/PREFIX [OPTIONS of
# skopeo copy]. Each gets two tags: one that tells what is in it, and, once all images
# are there, the version.

# A policy is for images from elsewhere; these come from the store. A terminal sees how
# far each layer is.
push_image() {
    local layout=$1 target=$2 quiet=--quiet
    shift 2
    [ ! -t 2 ] || quiet=
    # shellcheck disable=SC2086 # one word or none
    skopeo --insecure-policy --tmpdir "$work" copy --all $quiet --preserve-digests \
        --digestfile "$work/digest" "$@" "oci:$layout" "docker://$target" >&2 ||
        fail "$target could not be pushed; the words above say why." \
            "\`docker login\` gives credentials;" \
            "--dest-tls-verify=false is for a registry without TLS."
}

# report_former NAME TARGET OPTIONS…: where the version was the name of another image.
report_former() {
    local name=$1 target=$2 former
    shift 2
    former=$(skopeo inspect --raw "${@/#--dest-/--}" "docker://$target" 2>/dev/null |
        sha256sum) ||
        return 0
    [ "sha256:${former%% *}" = "$(digest_of "$name")" ] ||
        say "$target was sha256:${former%% *};" \
            "who has the version alone gets another image now." >&2
}

push_images() {
    local prefix=$1 name repository tag number=0
    shift
    while read -r name repository tag; do
        number=$((number + 1))
        say "sending $repository:$tag ($number of $(wc -l <"$IMAGES/list"))" >&2
        push_image "$IMAGES/$name" "$prefix/$repository:$tag" "$@"
    done <"$IMAGES/list"
    while read -r name repository _; do
        report_former "$name" "$prefix/$repository:$VERSION" "$@"
        push_image "$IMAGES/$name" "$prefix/$repository:$VERSION" "$@"
        printf '%s@%s\n' "$prefix/$repository:$VERSION" "$(cat "$work/digest")"
    done <"$IMAGES/list"
}

is_prefix "${1:-}" ||
    fail "give it a registry's host and a prefix, without a slash at the end," \
        "such as: push registry.example.com/team"
for word in "${@:2}"; do
    [[ $word = -* ]] ||
        fail "$word is no option: write an option's value as --NAME=VALUE."
done
[ -n "$COMMITTED" ] ||
    fail "commit everything first: images are pushed from a commit of git," \
        "so that others find it."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
push_images "$@"
