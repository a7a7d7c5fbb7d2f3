# shellcheck shell=busybox
# Fills an empty PGDATA with the prepared data, sets the password and becomes
# the server. POSTGRES_USER and POSTGRES_DB name the role and the database.

fail() {
    printf 'templatesite-db: %s\n' "$*" >&2
    exit 1
}

random_bytes() {
    dd if=/dev/urandom of="$PGDATA/global/pg_control" bs=1 "seek=$1" "count=$2" conv=notrunc status=none
}

# name VARIABLE: the role's or the database's name, which is part of SQL below.
name() {
    local value
    eval "value=\${$1:-templatesite}"
    case $value in
    [!a-z_]* | *[!a-z0-9_]*) fail "$1 ($value) must be lower-case letters, digits and _." ;;
    esac
    printf '%s' "$value"
}

# sql COMMANDS: in single-user mode, before any port opens. That exits 0 whatever
# happens, so its output is read. A lock file that a killed container left names
# process 1, which now is this script: PG_GRANDPARENT_PID says so, as pg_ctl's does.
sql() {
    local output
    output=$(printf '%s\n' "$1" | PG_GRANDPARENT_PID=$$ postgres --single -D "$PGDATA" postgres 2>&1 >/dev/null) ||
        output="FATAL: $output"
    case $output in
    *ERROR:* | *FATAL:* | *PANIC:*)
        printf '%s\n' "$output" | grep -v STATEMENT >&2
        return 1
        ;;
    esac
}

# The prepared data are the same everywhere; a running cluster needs an identifier of its own.
fill() {
    : >"$PGDATA/FILLING"
    cp -r "$DB_DATA/." "$PGDATA/"
    chmod -R u=rwX,go= "$PGDATA"
    random_bytes 0 8
    random_bytes 256 32
    pg_resetwal --force "$PGDATA" >/dev/null 2>&1 || fail "the new data directory $PGDATA cannot be completed."
    rename
    rm "$PGDATA/FILLING"
}

# What was built as `templatesite` gets the names that were asked for.
rename() {
    [ "$role" = templatesite ] || sql "ALTER ROLE templatesite RENAME TO $role" || fail "the role could not be renamed."
    [ "$database" = templatesite ] || sql "ALTER DATABASE templatesite RENAME TO $database
ALTER DATABASE test_templatesite RENAME TO test_$database" || fail "the database could not be renamed."
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

set_password() {
    local value
    value=$(password)
    case $value in
    "" | *[[:cntrl:]]*) fail "the password of the database must be one line and not empty." ;;
    esac
    sql "ALTER ROLE $role PASSWORD '${value//\'/\'\'}'" ||
        fail "the password of $role could not be set; does PGDATA hold a cluster with another POSTGRES_USER?"
}

: "${PGDATA:?templatesite-db: set PGDATA to a directory for the data.}"
role=$(name POSTGRES_USER)
database=$(name POSTGRES_DB)
mkdir -p "$PGDATA"
chmod 0700 "$PGDATA" || fail "PGDATA ($PGDATA) does not belong to the user that runs this (uid $(id -u))."
# A start that was cut short leaves nothing that is served.
if [ -e "$PGDATA/FILLING" ]; then
    rm -rf "${PGDATA:?}"/*
fi
if [ ! -e "$PGDATA/PG_VERSION" ]; then
    fill
fi
set_password
unset POSTGRES_PASSWORD POSTGRES_PASSWORD_FILE
exec postgres -D "$PGDATA" "$@"
