# shellcheck shell=busybox disable=SC2034,SC2154
# PostgreSQL on PGDATA, which only one server may have, in any container.
#
#   [OPTION…]     serve, with these options of postgres
#   init          fill an empty PGDATA with the migrations, without fixtures, and end
#   psql …        a client of the database at POSTGRES_HOST, as the owner; so pg_dump
#                 and its like
#   dump          the database at POSTGRES_HOST, on standard output
#   load          what `dump` wrote, from standard input, in place of what the database
#                 holds
#
# docs/variables.md has the environment variables.

connect() {
    local password
    [ -n "${POSTGRES_HOST:-}" ] ||
        fail "$1 is a client: set POSTGRES_HOST to where the database runs."
    password=$(secret POSTGRES_PASSWORD)
    export PGHOST="$POSTGRES_HOST" PGPORT="${POSTGRES_PORT:-5432}"
    export PGUSER="$role" PGDATABASE="$database" PGPASSWORD="$password" HOME=/tmp
    unset PGDATA POSTGRES_PASSWORD POSTGRES_SERVE_PASSWORD POSTGRES_METRICS_PASSWORD
    unset POSTGRES_BACKUP_PASSWORD
}

# What PGDATA holds: a cluster, nothing (or a fill that was cut short), or something
# else.
state() {
    local name
    if [ -e "$PGDATA/PG_VERSION" ]; then
        echo cluster
        return
    fi
    [ ! -e "$PGDATA/.restore" ] ||
        fail "a restore into PGDATA ($PGDATA) was cut short: run it again;" \
            "a database that it set aside is beside it (data-before-…)."
    for name in $(others); do
        if [ ! -e "$PGDATA/.fill" ] || [ ! -e "$DB_DATA/$name" ]; then
            fail "PGDATA ($PGDATA) is neither empty nor a cluster;" \
                "name another directory."
        fi
    done
    echo empty
}

initialise() {
    check_names "$role" "$database"
    lock
    state=$(state)
    [ "$state" = empty ] ||
        fail "PGDATA ($PGDATA) holds a cluster already, and was left as it is."
    fill empty
    echo "db: PGDATA ($PGDATA) has the migrations now, and no rows."
}

check_version() {
    local theirs ours
    theirs=$(cat "$PGDATA/PG_VERSION") ours=$(cat "$DB_DATA/PG_VERSION")
    [ -n "$theirs" ] ||
        fail "PGDATA ($PGDATA) lacks a part: its PG_VERSION is empty; restore a backup."
    [ "$theirs" = "$ours" ] ||
        fail "PGDATA ($PGDATA) is of PostgreSQL $theirs, and this is $ours:" \
            "serve it with an image of $theirs," \
            "or run db-upgrade (docker compose run --rm db-upgrade)."
}

# The options for TLS; PostgreSQL refuses a key that others may read, as a mounted
# secret is.
tls() {
    local cert=${POSTGRES_TLS_CERT_FILE:-} key=${POSTGRES_TLS_KEY_FILE:-} own
    [ -n "$cert$key" ] || return 0
    { [ -n "$cert" ] && [ -n "$key" ]; } ||
        fail "POSTGRES_TLS_CERT_FILE and POSTGRES_TLS_KEY_FILE belong together."
    { [ -s "$cert" ] && [ -r "$cert" ] && [ -s "$key" ] && [ -r "$key" ]; } ||
        fail "POSTGRES_TLS_CERT_FILE ($cert) and POSTGRES_TLS_KEY_FILE ($key)" \
            "must be files that uid $(id -u) may read."
    { own=$(mktemp) && cat "$key" >"$own"; } ||
        fail "/tmp has no room for the key of TLS."
    echo "-c ssl=on -c ssl_cert_file=$cert -c ssl_key_file=$own"
}

# The lock is on PGDATA: no option may lead elsewhere.
check_options() {
    local option
    for option; do
        case $option in
        -D* | *data[-_]directory*)
            fail "PGDATA names the data directory, not the option $option."
            ;;
        esac
    done
}

serve() {
    check_options "$@"
    check_names "$role" "$database"
    read_passwords
    read_statement_seconds
    lock
    state=$(state)
    if [ "$state" = cluster ]; then
        forget .fill # of a backup that was restored over a fill that was cut short
        check_version
    elif [ "${POSTGRES_INIT:-}" = sample ]; then
        fill sample
    else
        fail "PGDATA ($PGDATA) is empty. If it should not be, mount the right volume." \
            "To begin, run init once (docker compose run --rm db init)," \
            "or set POSTGRES_INIT=sample for sample rows." \
            "To go on from a backup, run its restore" \
            "(docker compose run --rm backup restore)."
    fi
    set_passwords
    set_limits
    tls=$(tls)
    # The settings are the image's, also on a volume that an older one has filled.
    # shellcheck disable=SC2086 # options, one word each
    exec postgres -D "$PGDATA" -c config_file="$DB_DATA/postgresql.conf" \
        -c hba_file="$DB_DATA/pg_hba.conf" -c ident_file="$PGDATA/pg_ident.conf" \
        $tls "$@" -c data_directory="$PGDATA"
}

role=$(name POSTGRES_USER)
serve=${role}_serve
database=$(name POSTGRES_DB)
case ${POSTGRES_INIT:-} in
"" | sample) ;;
*) fail "POSTGRES_INIT must be sample, or not be set." ;;
esac
[ -n "${PGDATA:-}" ] || fail "set PGDATA to a directory for the data."
[ "$(id -u)" -ne 0 ] || fail "PostgreSQL refuses root: run this as another user."
trap 'exit 143' TERM # the first process ignores it otherwise
case ${1:-} in
-V | --version | -\? | --help) exec postgres "$1" ;;
"" | -*) serve "$@" ;;
postgres)
    shift
    serve "$@"
    ;;
init) initialise ;;
psql | pg_dump | pg_dumpall | pg_isready | pg_restore | vacuumdb)
    connect "$1"
    exec "$@"
    ;;
dump | load) "$@" ;;
*)
    fail "$1 is no command: init, psql, dump and load are;" \
        "options of postgres begin with -."
    ;;
esac
