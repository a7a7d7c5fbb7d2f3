# shellcheck shell=busybox
# Fills an empty PGDATA with the prepared data, sets the passwords and becomes the
# server. POSTGRES_USER and POSTGRES_DB name the owner's role and the database;
# POSTGRES_SERVE_PASSWORD lets the server in (by a role with the owner's name and
# _serve), POSTGRES_METRICS_PASSWORD db-metrics.

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

# sql DATABASE COMMANDS: in single-user mode, before any port opens; an empty line after
# each ";". That exits 0 whatever happens, so its output is read. A lock file that a
# killed container left names process 1, which now is this script: PG_GRANDPARENT_PID
# says so, as pg_ctl's does.
sql() {
    local output
    output=$(printf '%s\n' "$2" | PG_GRANDPARENT_PID=$$ postgres --single -j -D "$PGDATA" "$1" 2>&1 >/dev/null) ||
        output="FATAL: $output"
    case $output in
    *ERROR:* | *FATAL:* | *PANIC:*)
        printf '%s\n' "$output" | grep -v STATEMENT >&2
        return 1
        ;;
    esac
}

# content ARGUMENTS: find on what PGDATA holds; lost+found is what a new file system has.
content() {
    find "$PGDATA" -mindepth 1 -maxdepth 1 ! -name lost+found "$@"
}

# The prepared data are the same everywhere; a running cluster needs an identifier of its own.
fill() {
    [ -z "$(content)" ] || fail "PGDATA ($PGDATA) is neither empty nor a cluster; name another directory."
    : >"$PGDATA/FILLING"
    cp -r "$DB_DATA/." "$PGDATA/"
    content -exec chmod -R u=rwX,go= {} +
    random_bytes 0 8
    random_bytes 256 32
    pg_resetwal --force "$PGDATA" >/dev/null 2>&1 || fail "the new data directory $PGDATA cannot be completed."
    rename
    rm "$PGDATA/FILLING"
}

# What was built as `templatesite` gets the names that were asked for.
rename() {
    [ "$role" = templatesite ] || sql postgres "ALTER ROLE templatesite RENAME TO \"$role\";

ALTER ROLE templatesite_serve RENAME TO \"$serve\";" || fail "the roles could not be renamed."
    [ "$database" = templatesite ] || sql postgres "ALTER DATABASE templatesite RENAME TO \"$database\";

ALTER DATABASE test_templatesite RENAME TO \"test_$database\";" || fail "the database could not be renamed."
}

# secret VARIABLE: its value, or what the file that VARIABLE_FILE names holds.
secret() {
    local value file
    eval "value=\${$1:-} file=\${$1_FILE:-}"
    if [ -n "$value" ] && [ -n "$file" ]; then
        fail "set $1 or $1_FILE, not both."
    elif [ -n "$file" ]; then
        value=$(cat "$file") || fail "$1_FILE names a file that cannot be read."
        value=${value%"$(printf '\r')"}
        [ -n "$value" ] || fail "$1_FILE names an empty file."
    fi
    case $value in
    *[[:cntrl:]]*) fail "$1 must be one line." ;;
    esac
    printf '%s' "$value"
}

# set_password ROLE PASSWORD
set_password() {
    sql postgres "ALTER ROLE \"$1\" PASSWORD '${2//\'/\'\'}';"
}

# Data from before there was such a role, or from elsewhere, may lack it.
make_serving_role() {
    sql "$database" "BEGIN;

$(sed "s/OWNER/$role/; s/SERVE/$serve/; s/DATABASE\"/$database\"/" "$SERVING_ROLE")

COMMIT;"
}

: "${PGDATA:?templatesite-db: set PGDATA to a directory for the data.}"
role=$(name POSTGRES_USER)
serve=${role}_serve
database=$(name POSTGRES_DB)
mkdir -p "$PGDATA"
chmod 0700 "$PGDATA" || fail "PGDATA ($PGDATA) does not belong to the user that runs this (uid $(id -u))."
# A start that was cut short leaves nothing that is served.
if [ -e "$PGDATA/FILLING" ]; then
    # What was copied may still be read-only; the mark goes last.
    content ! -name FILLING -exec chmod -R u=rwX {} \; -exec rm -rf {} \;
    rm "$PGDATA/FILLING"
fi
if [ ! -e "$PGDATA/PG_VERSION" ]; then
    fill
fi

password=$(secret POSTGRES_PASSWORD)
[ -n "$password" ] || fail "set POSTGRES_PASSWORD or POSTGRES_PASSWORD_FILE."
set_password "$role" "$password" ||
    fail "the password of $role could not be set; does PGDATA hold a cluster with another POSTGRES_USER?"
# The function fails where there is no such database.
sql postgres "SELECT has_database_privilege('$database', 'CONNECT');" ||
    fail "PGDATA holds a cluster with another POSTGRES_DB."
sql postgres "ALTER ROLE \"$serve\" LOGIN;" 2>/dev/null || make_serving_role ||
    fail "the role $serve, which serves, could not be made."
serve_password=$(secret POSTGRES_SERVE_PASSWORD)
[ -z "$serve_password" ] || set_password "$serve" "$serve_password" || fail "the password of $serve could not be set."
metrics_password=$(secret POSTGRES_METRICS_PASSWORD)
[ -z "$metrics_password" ] || set_password metrics "$metrics_password" ||
    echo "templatesite-db: going on without statistics for db-metrics, whose role this PGDATA lacks." >&2
unset POSTGRES_PASSWORD POSTGRES_PASSWORD_FILE password
unset POSTGRES_SERVE_PASSWORD POSTGRES_SERVE_PASSWORD_FILE serve_password
unset POSTGRES_METRICS_PASSWORD POSTGRES_METRICS_PASSWORD_FILE metrics_password
exec postgres -D "$PGDATA" "$@"
