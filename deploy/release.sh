#!/bin/sh
# Migrates, and replaces the servers one after the other by the images that .env names,
# so that no request fails. A server that does not become healthy goes back to its image
# before, and the others stay. The way back is the same: name the images before in .env
# (or ./nixw run .#back), and again.
#
#   deploy/release.sh
#   deploy/release.sh restart    the same images, with new secrets and variables;
#                                no migrations
set -eu
cd "$(dirname "$0")/.."
PATIENCE=180 # seconds until a server is healthy

fail() {
    echo "release: $*" >&2
    exit 1
}

# container SERVER: its id; none where there is none. `docker compose ps` would list those
# of `docker compose run`, too.
container() {
    docker ps --all --quiet --filter "label=com.docker.compose.service=$1" \
        --filter "label=com.docker.compose.project=$project" \
        --filter label=com.docker.compose.oneoff=False
}

healthy() {
    [ healthy = "$(
        docker inspect --format '{{.State.Health.Status}}' "$(container "$1")" 2>&1
    )" ]
}

# tag SERVER: a tag of the image that its container has, with its digest where .env
# named that.
tag() {
    named=$(docker inspect --format '{{.Config.Image}}' "$(container "$1")")
    case $named in
    *:*@*) echo "${named##*/}" | sed 's/[^:]*://' ;;
    *)
        image=$(docker inspect --format '{{.Image}}' "$(container "$1")")
        docker image inspect \
            --format '{{range .RepoTags}}{{println .}}{{end}}' "$image" |
            sed -n '1s/.*://p'
        ;;
    esac
}

# replace SERVER [OPTION]
replace() {
    docker compose up --detach --no-deps --wait --wait-timeout "$PATIENCE" \
        ${2:+"$2"} "$1"
}

# untouched: what to say of the servers where nothing was done to them.
untouched() {
    for server in $servers; do
        [ -z "$(container "$server")" ] || {
            echo "the servers are as before."
            return
        }
    done
    echo "no server was started."
}

again=
case "$*" in
"") ;;
restart) again=--force-recreate ;;
*) fail "say restart, or nothing." ;;
esac
servers=$(docker compose config --services) ||
    fail "look at .env in $PWD: nothing was changed."
project=$(docker compose config | sed -n 's/^name: //p')
servers=$(echo "$servers" | grep '^server-' | sort) ||
    fail "COMPOSE_FILE in .env does not name deploy/compose.production.yaml:" \
        "nothing was changed."
well='' ill='' done=''
for server in $servers; do
    if healthy "$server"; then well="$well $server"; else ill="$ill $server"; fi
done
[ -n "$again" ] || docker compose run --rm --no-deps migrate ||
    fail "the migrations failed, and the lines above say why: $(untouched)"
for server in $ill $well; do
    before=
    [ -z "$(container "$server")" ] || before=$(tag "$server")
    if replace "$server" "$again"; then
        done="$done $server"
        continue
    fi
    docker compose logs --no-log-prefix --tail 20 "$server" >&2
    rest="Its lines are above.${done:+ These have the new image:$done.}"
    rest="$rest Name images in .env that work, and start again."
    [ -n "$before" ] ||
        fail "$server did not become healthy, and no tag leads to its image before." \
            "$rest"
    IMAGE_TAG=$before SERVER_DIGEST='' replace "$server" ||
        fail "$server did not become healthy, nor with its image before, $before. $rest"
    fail "$server did not become healthy and has its image before, $before, again." \
        "$rest"
done
