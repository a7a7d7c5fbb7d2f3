#!/bin/sh
# The service on Docker Swarm (stack.yaml), from a manager, with the variables of .env.
#
#   deploy/stack.sh secrets   .secrets/ as Swarm's own, those that are missing
#   deploy/stack.sh init      once: roles and tables in an empty volume; leave it out
#                             for another database (DB_REPLICAS=0)
#   deploy/stack.sh restore [--to TIME …]
#                             the database from its backups, while db and backup have no
#                             task; docs/backup.md
#   deploy/stack.sh upgrade [--link]
#                             db's volume for another major of PostgreSQL, in the same
#                             way
#   deploy/stack.sh deploy    all services; what changed is replaced, db and edge, too
#   deploy/stack.sh release   migrations, and then the servers one after the other; if
#                             one does not become healthy, all go back to the image
#                             before
#   deploy/stack.sh back      the servers to the image before
set -eu
cd "$(dirname "$0")/.."
STACK=templatesite
export STACK # for stack.yaml
SECRETS="backup-elsewhere django-secret-key django-secret-key-fallbacks
    postgres-authority postgres-backup-password postgres-metrics-password
    postgres-password postgres-serve-password"

patience=600 # seconds that a task may take

fail() {
    echo "stack: $*" >&2
    exit 1
}

# Swarm reads no .env: comments and quotes are those of Compose.
read_variables() {
    [ -f .env ] ||
        fail "$PWD/.env is missing:" \
            "EDGE_NAMES, IMAGE_PREFIX and IMAGE_TAG belong there."
    while IFS= read -r line || [ -n "$line" ]; do
        case $line in
        [A-Z]*=*) ;;
        *) continue ;;
        esac
        value=$(echo "${line#*=}" | sed -e 's/[[:space:]]#.*//' -e 's/[[:space:]]*$//' \
            -e "s/^'\(.*\)'\$/\1/" -e 's/^"\(.*\)"$/\1/')
        export "${line%%=*}=$value"
    done <.env
    for name in EDGE_NAMES IMAGE_PREFIX IMAGE_TAG; do
        eval "[ -n \"\${$name:-}\" ]" || fail "$name is missing in .env."
    done
}

# Mounts of a service that `docker service create` makes: secret_options NAME...
secret_options() {
    for name in "$@"; do
        printf ' --secret source=%s-%s,target=%s' "$STACK" "$name" "$name"
    done
}

make_secrets() {
    for name in $SECRETS; do
        if docker secret inspect "$STACK-$name" >/dev/null 2>&1; then
            continue
        elif [ -s ".secrets/$name" ]; then
            docker secret create "$STACK-$name" ".secrets/$name"
        else
            case $name in
            # Of a copy elsewhere, and of another database: not everyone has them.
            backup-elsewhere | postgres-authority)
                echo none | docker secret create "$STACK-$name" -
                ;;
            *) fail ".secrets/$name is missing." ;;
            esac
        fi
    done
}

# once NAME OPTION…: a task where the data are, with db's volume; its exit status.
once() {
    once_name=${STACK}_$1
    shift
    docker service create --name "$once_name" --mode replicated-job \
        --restart-condition none --constraint 'node.labels.data == true' \
        --with-registry-auth --detach --no-healthcheck \
        --read-only --cap-drop ALL --mount type=tmpfs,target=/tmp \
        --mount "type=volume,source=${STACK}_db,target=/var/lib/postgresql" \
        "$@" >/dev/null
    ended=0
    finish "$once_name" || ended=$?
    docker service rm "$once_name" >/dev/null
    return $ended
}

init_database() {
    passwords=$(
        secret_options postgres-password postgres-serve-password \
            postgres-metrics-password
    )
    # shellcheck disable=SC2086
    once db-init $passwords \
        --env POSTGRES_PASSWORD_FILE=/run/secrets/postgres-password \
        --env POSTGRES_SERVE_PASSWORD_FILE=/run/secrets/postgres-serve-password \
        --env POSTGRES_METRICS_PASSWORD_FILE=/run/secrets/postgres-metrics-password \
        "${IMAGE_PREFIX}$STACK-db:$IMAGE_TAG${DB_DIGEST:-}" init ||
        fail "the database was not made; the lines above say why."
}

restore_database() {
    patience=86400
    once restore --mount "type=volume,source=${STACK}_backup,target=/var/lib/backup" \
        "${IMAGE_PREFIX}$STACK-backup:$IMAGE_TAG${BACKUP_DIGEST:-}" restore "$@" ||
        fail "the database is as it was; the lines above say why."
}

upgrade_database() {
    patience=86400
    once upgrade \
        --mount "type=volume,source=${STACK}_backup,target=/var/lib/backup,readonly" \
        "${IMAGE_PREFIX}$STACK-db-upgrade:$IMAGE_TAG${DB_UPGRADE_DIGEST:-}" "$@" ||
        fail "the lines above say why; nothing is lost."
}

# newest SERVICE: its youngest task.
newest() {
    docker service ps --quiet --no-trunc "$1" | head -n 1
}

# finish SERVICE [TASK]: waits for the task of a job that came after TASK, and prints
# its lines.
finish() {
    for _ in $(seq "$patience"); do
        task=$(newest "$1")
        [ "$task" != "${2:-}" ] || task=
        state=${task:+$(
            docker inspect --format '{{.Status.State}} {{.Status.Err}}' "$task"
        )}
        case $state in
        complete*) docker service logs --raw "$task" && return 0 ;;
        failed* | rejected* | orphaned* | shutdown*)
            docker service logs --raw "$task" >&2 || true
            echo "stack: $1: $state" >&2
            return 1
            ;;
        esac
        sleep 1
    done
    echo "stack: $1 did not end: $state" >&2
    return 1
}

migrate() {
    before=$(newest "${STACK}_migrate")
    docker service update --quiet --detach --force --with-registry-auth \
        --restart-condition none \
        --image "${IMAGE_PREFIX}$STACK-server:$IMAGE_TAG${SERVER_DIGEST:-}" \
        "${STACK}_migrate" >/dev/null
    finish "${STACK}_migrate" "$before" ||
        fail "the migrations failed: the servers are as before."
}

replace_servers() {
    image=${IMAGE_PREFIX}$STACK-server:$IMAGE_TAG${SERVER_DIGEST:-}
    docker service update --detach=false --with-registry-auth --image "$image" \
        "${STACK}_server"
    # It ends with 0 after a rollback, too.
    case $(docker service inspect \
        --format '{{.Spec.TaskTemplate.ContainerSpec.Image}}' "${STACK}_server") in
    "$image" | "$image@"*) ;;
    *)
        fail "a server did not become healthy: they have the image before." \
            "See docker service logs."
        ;;
    esac
}

read_variables
case "${1:-}" in
secrets) make_secrets ;;
init) init_database ;;
restore)
    shift
    restore_database "$@"
    ;;
upgrade)
    shift
    upgrade_database "$@"
    ;;
deploy)
    # What the service has of its own is laid over it.
    set -- --compose-file deploy/stack.yaml
    [ ! -e stack.own.yaml ] || set -- "$@" --compose-file stack.own.yaml
    docker stack deploy --with-registry-auth --detach=false "$@" "$STACK"
    ;;
release)
    migrate
    replace_servers
    ;;
back)
    docker service rollback --detach=false "${STACK}_server" ||
        fail "Swarm knows no image before: name it in .env, and say release."
    ;;
*) fail "say secrets, init, restore, upgrade, deploy, release or back." ;;
esac
