# Loads each image that the engine lacks, names it `latest` and the one before it `previous`, and
# makes the secrets that docker-compose.yaml mounts, where they are missing, and .env.
# `load --previous` lets `latest` and `previous` change places instead.

fail() {
    printf 'load: %s\n' "$*" >&2
    exit 1
}

# Sets engine, and image_ids: a line for each image that it has, NAME:TAG ID.
ask_engine() {
    for engine in ${CONTAINER_ENGINE:-docker podman}; do
        if image_ids=$("$engine" image ls --no-trunc --format '{{.Repository}}:{{.Tag}} {{.ID}}' 2>/dev/null); then
            image_ids=$(sed 's|^localhost/||; s|^docker.io/library/||' <<<"$image_ids")
            return
        fi
    done
    fail "neither Docker nor podman answers; start one of them, or see whether this user may use it (docker info)."
}

# The ID of the image NAME:TAG, if the engine has it.
image_id() {
    sed -n "s|^$1 ||p" <<<"$image_ids"
}

# A tag tells what is in the image: what has the tag is the image.
load_image() {
    local name=$1 image=$2
    printf 'load: loading %s\n' "$image"
    pack "$IMAGES/$name" | "$engine" load --quiet >/dev/null || fail "$engine could not load $name."
}

# Two jobs at a time: one image is unpacked while the other one is read.
in_turn() {
    while [ "$(jobs -pr | wc -l)" -ge 2 ]; do wait -n || exit 1; done
    "$@" &
}

finish() {
    while [ -n "$(jobs -p)" ]; do wait -n || exit 1; done
}

load_images() {
    local name repository tag
    while read -r name repository tag; do
        [ -n "$(image_id "$repository:$tag")" ] || in_turn load_image "$name" "$repository:$tag"
    done <"$IMAGES/list"
    finish
}

# Whether the image REPOSITORY:TAG is not the one that the engine had as `latest`.
is_new() {
    local id
    id=$(image_id "$1:$2")
    [ -z "$id" ] || [ "$id" != "$(image_id "$1:latest")" ]
}

# Where an image is new, all that were `latest` are `previous` from now on.
name_images() {
    local repository tag new=()
    while read -r _ repository tag; do
        ! is_new "$repository" "$tag" || new+=("$repository:$tag")
    done <"$IMAGES/list"
    [ "${#new[@]}" -gt 0 ] || return 0
    while read -r _ repository _; do
        [ "$(image_id "$repository:latest")" = "$(image_id "$repository:previous")" ] ||
            in_turn "$engine" tag "$repository:latest" "$repository:previous"
    done <"$IMAGES/list"
    finish
    for image in "${new[@]}"; do
        in_turn "$engine" tag "$image" "${image%:*}:latest"
    done
    finish
}

go_back() {
    local repository latest previous
    while read -r _ repository _; do
        [ -n "$(image_id "$repository:previous")" ] || fail "there is no $repository:previous to go back to."
    done <"$IMAGES/list"
    while read -r _ repository _; do
        latest=$(image_id "$repository:latest")
        previous=$(image_id "$repository:previous")
        [ "$latest" != "$previous" ] || continue
        in_turn "$engine" tag "$previous" "$repository:latest"
        [ -z "$latest" ] || in_turn "$engine" tag "$latest" "$repository:previous"
        printf 'load: %s is the previous one\n' "$repository:latest"
    done <"$IMAGES/list"
    finish
    printf 'load: now run: %s compose up --detach --wait\n' "$engine"
}

ask_engine
case "${1:-}" in
--previous) go_back && exit ;;
?*) fail "it takes --previous or nothing, not $1." ;;
esac
load_images
name_images
[ -e docker-compose.yaml ] || fail "the images are loaded; run this beside docker-compose.yaml to make its secrets, too."
make_secrets
write_env
printf 'load: now run: %s compose up\n' "$engine"
