# shellcheck shell=bash disable=SC2154
# Loads each image that the engine lacks, names it `latest` and by its version, and the
# one before it `previous`, and makes the secrets that docker-compose.yaml mounts, where
# they are missing, and .env.

# A tag tells what is in the image: what has the tag is the image.
load_image() {
    local name=$1 image=$2 far=$3
    say "loading $image ($far)"
    pack "$IMAGES/$name" | "$engine" load --quiet >/dev/null ||
        fail "$engine could not load $name."
}

load_images() {
    local name repository tag index lacking=()
    while read -r name repository tag; do
        [ -n "$(image_id "$repository:$tag")" ] || lacking+=("$name $repository:$tag")
    done <"$IMAGES/list"
    for index in "${!lacking[@]}"; do
        read -r name tag <<<"${lacking[index]}"
        in_turn load_image "$name" "$tag" "$((index + 1)) of ${#lacking[@]}"
    done
    finish
}

# is_new REPOSITORY TAG NAME: whether the image is not the one that the engine had by
# that name.
is_new() {
    local id
    id=$(image_id "$1:$2")
    [ -z "$id" ] || [ "$id" != "$(image_id "$1:$3")" ]
}

# As `push` does. What had the version before keeps the tag of its content.
name_version() {
    local repository tag
    while read -r _ repository tag; do
        ! is_new "$repository" "$tag" "$VERSION" ||
            in_turn "$engine" tag "$repository:$tag" "$repository:$VERSION"
    done <"$IMAGES/list"
    finish
}

# What serves becomes `previous`; where nothing runs, what was `latest` when the engine was
# asked. What was loaded and never became healthy does not.
keep_former() {
    local repository tag former
    ask_served
    while read -r _ repository tag; do
        former=$(served_id "$repository")
        former=${former:-$(image_id "$repository:latest")}
        [ -z "$former" ] || [ "$former" = "$(image_id "$repository:previous")" ] ||
            [ "$former" = "$(image_id "$repository:$tag")" ] ||
            in_turn "$engine" tag "$former" "$repository:previous"
    done <"$IMAGES/list"
    finish
}

# Where an image is new, `latest` moves, and `previous` before it, for all images. A
# mark tells whoever comes after an interruption that `previous` has moved.
name_images() {
    local repository tag image new=()
    while read -r _ repository tag; do
        ! is_new "$repository" "$tag" latest || new+=("$repository:$tag")
    done <"$IMAGES/list"
    [ "${#new[@]}" -gt 0 ] || [ -n "$(image_id "$MARK")" ] || return 0
    if [ -z "$(image_id "$MARK")" ]; then
        keep_former
        "$engine" tag "${new[0]}" "$MARK"
    fi
    for image in "${new[@]}"; do
        in_turn "$engine" tag "$image" "${image%:*}:latest"
    done
    finish
    "$engine" image rm "$MARK" >/dev/null 2>&1 || true # another load was faster
}

[ $# -eq 0 ] ||
    fail "it takes nothing, and not $1; \`nix run .#back\` names the images before."
ask_engine
load_images
name_images
name_version
[ -e docker-compose.yaml ] ||
    fail "the images are loaded; run this beside docker-compose.yaml to" \
        "make its secrets, too."
make_secrets
write_env
if grep -q '^IMAGE_PREFIX=.' .env; then
    say "compose takes other images than these: .env names a registry in IMAGE_PREFIX."
fi
advise "$engine compose up"
