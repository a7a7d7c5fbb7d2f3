# shellcheck shell=busybox
# Fills an empty PGDATA with the prepared data, sets the password and becomes
# the server.

fail() {
    printf 'templatesite-db: %s\n' "$*" >&2
    exit 1
}

random_bytes() {
    dd if=/dev/urandom of="$PGDATA/global/pg_control" bs=1 "seek=$1" "count=$2" conv=notrunc status=none
}

# The prepared data are the same everywhere; a running cluster needs an identifier of its own.
fill() {
    cp -r "$DB_DATA/." "$PGDATA/"
    chmod -R u=rwX,go= "$PGDATA"
    random_bytes 0 8
    random_bytes 256 32
    pg_resetwal --force "$PGDATA" >/dev/null 2>&1 || fail "the new data directory $PGDATA cannot be completed."
}

password() {
    if [ -n "${POSTGRES_PASSWORD:-}" ] && [ -n "${POSTGRES_PASSWORD_FILE:-}" ]; then
        fail "set POSTGRES_PASSWORD or POSTGRES_PASSWORD_FILE, not both."
    elif [ -n "${POSTGRES_PASSWORD_FILE:-}" ]; then
        cat "$POSTGRES_PASSWORD_FILE" || fail "POSTGRES_PASSWORD_FILE names a file that cannot be read."
    else
        printf '%s' "${POSTGRES_PASSWORD:?templatesite-db: set POSTGRES_PASSWORD or POSTGRES_PASSWORD_FILE.}"
    fi
}

# A lock file that a killed container left names process 1, which now is this
# script: PG_GRANDPARENT_PID tells postgres so, as pg_ctl does.
#
# Before any port opens. Single-user mode exits 0 whatever happens, so its output is read.
set_password() {
    local value output
    value=$(password)
    case $value in
    "" | *[[:cntrl:]]*) fail "the password of the database must be one line and not empty." ;;
    esac
    output=$(printf "ALTER ROLE templatesite PASSWORD '%s'\n" "${value//\'/\'\'}" |
        PG_GRANDPARENT_PID=$$ postgres --single -D "$PGDATA" postgres 2>&1 >/dev/null) || output="FATAL: $output"
    case $output in
    *ERROR:* | *FATAL:* | *PANIC:*) fail "the password could not be set: ${output//"$value"/…}" ;;
    esac
}

: "${PGDATA:?templatesite-db: set PGDATA to a directory for the data.}"
mkdir -p "$PGDATA"
chmod 0700 "$PGDATA" || fail "PGDATA ($PGDATA) does not belong to the user that runs this (uid $(id -u))."
if [ ! -e "$PGDATA/PG_VERSION" ]; then
    fill
fi
set_password
unset POSTGRES_PASSWORD POSTGRES_PASSWORD_FILE
exec postgres -D "$PGDATA" "$@"
