# shellcheck shell=bash
# A container engine, and the names of its images.

# Sets engine, and image_ids: a line for each image that it has, NAME:TAG ID.
ask_engine() {
    local engines="docker podman" answer
    [ -z "${DOCKER_HOST:-}" ] || engines=docker # who names a host means that one
    engines=${CONTAINER_ENGINE:-$engines}
    for engine in $engines; do
        command -v "$engine" >/dev/null || continue
        if answer=$("$engine" image ls --no-trunc \
            --format '{{.Repository}}:{{.Tag}} {{.ID}}' 2>&1); then
            image_ids=$(sed -n 's|^localhost/||; s|^docker.io/library/||; /^[^ ]* [^ ]*$/p' \
                <<<"$answer")
            return
        fi
        say "$engine does not answer: $answer" >&2
    done
    fail "none of these answers: $engines. Start one," \
        "or see whether this user may use it."
}

# The ID of the image NAME:TAG, if the engine has it.
image_id() {
    sed -n "\|^$1 |{s|||p;q}" <<<"$image_ids"
}

# Two jobs at a time: one image is unpacked while the other one is read.
in_turn() {
    while [ "$(jobs -pr | wc -l)" -ge 2 ]; do wait -n || exit 1; done
    "$@" &
}

finish() {
    while [ -n "$(jobs -p)" ]; do wait -n || exit 1; done
}
