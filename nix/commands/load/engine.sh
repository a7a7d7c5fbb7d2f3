# shellcheck shell=bash
# A container engine, and the names of its images.

# Without the names that engines put before an image's own.
plain() {
    sed -n 's|^localhost/||; s|^docker.io/library/||; /^[^ ]* [^ ]*$/p'
}

# Sets engine, and image_ids: a line for each image that it has, NAME:TAG ID.
ask_engine() {
    local engines="docker podman" answer
    [ -z "${DOCKER_HOST:-}" ] || engines=docker # who names a host means that one
    engines=${CONTAINER_ENGINE:-$engines}
    for engine in $engines; do
        command -v "$engine" >/dev/null || continue
        if answer=$("$engine" image ls --no-trunc \
            --format '{{.Repository}}:{{.Tag}} {{.ID}}' 2>&1); then
            image_ids=$(plain <<<"$answer")
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

# Sets served: a line for each container that is healthy, NAME:TAG ID of its image.
ask_served() {
    local containers
    containers=$("$engine" ps --quiet)
    # shellcheck disable=SC2086 # one word a container
    served=$([ -z "$containers" ] || "$engine" inspect $containers --format \
        '{{if .State.Health}}{{if eq .State.Health.Status "healthy"}}{{
            .Config.Image}} {{.Image}}{{end}}{{end}}' | plain)
}

# The ID of the image that serves for a repository, if one does.
served_id() {
    sed -n "\|^$1:|{s|^[^ ]* ||p;q}" <<<"$served"
}

# Two jobs at a time: one image is unpacked while the other one is read.
in_turn() {
    while [ "$(jobs -pr | wc -l)" -ge 2 ]; do wait -n || exit 1; done
    "$@" &
}

finish() {
    while [ -n "$(jobs -p)" ]; do wait -n || exit 1; done
}

# advise COMMAND: what starts the images; in production servers are replaced in turn.
advise() {
    local command=$1
    ! grep -qs '^COMPOSE_FILE=.*compose\.production\.yaml' .env ||
        command=deploy/release.sh
    say "now run: $command"
}
