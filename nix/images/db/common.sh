# shellcheck shell=busybox disable=SC2154
# What each of db's commands needs: sentences, names, secrets, and SQL before any port
# opens.

fail() {
    printf '%s: %s\n' "${program:-db}" "$*" >&2
    exit 1
}

# name VARIABLE: the role's or the database's name, which is part of SQL below.
name() {
    local value
    eval "value=\${$1:-$SERVICE_DATABASE}"
    case $value in
    [!a-z_]* | *[!a-z0-9_]*)
        fail "$1 ($value) must be lower-case letters, digits and _."
        ;;
    esac
    printf '%s' "$value"
}

# check_names NAME…: of a cluster's owner and database, before it is made or served.
check_names() {
    local name
    for name; do
        case $name in
        postgres | template0 | template1 | backup | metrics | none | public | pg_* | \
            *_serve | test_*)
            fail "POSTGRES_USER and POSTGRES_DB must not be $name," \
                "which means something else."
            ;;
        esac
        [ "${#name}" -le 57 ] ||
            fail "POSTGRES_USER and POSTGRES_DB must have at most 57 characters."
    done
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

# The lock is on the directory itself, as a file beside a mount protects nobody.
# PostgreSQL's processes inherit it: it ends with the last of them.
lock() {
    local status=0
    { mkdir -p "$PGDATA" && [ -d "$PGDATA" ] && [ -r "$PGDATA" ]; } ||
        fail "PGDATA ($PGDATA) cannot be made or read by uid $(id -u):" \
            "chown its volume."
    PGDATA=$(readlink -f "$PGDATA")
    data=$PGDATA
    exec 8<"$PGDATA"
    flock --timeout 10 8 || status=$?
    case $status in
    0) ;;
    1)
        fail "PGDATA ($PGDATA) is in use by another PostgreSQL, which must stop first."
        ;;
    *)
        fail "PGDATA ($PGDATA) is on a file system without locks:" \
            "move it to a local one."
        ;;
    esac
    check_locked
    undo_link
}

check_locked() {
    # While it waited, an upgrade may have put another directory there.
    [ "$(readlink /proc/self/fd/8)" = "$PGDATA" ] ||
        fail "PGDATA ($PGDATA) has just been replaced: start again."
    chmod 0700 "$PGDATA" ||
        fail "PGDATA ($PGDATA) is read-only, or belongs to another user" \
            "than uid $(id -u)."
}

# An upgrade with --link that was cut short before its end: pg_upgrade
# has taken the old one's mark, and changed nothing else of it.
undo_link() {
    local control=$PGDATA/global/pg_control
    [ -e "$control" ] || [ ! -e "$control.old" ] || mv "$control.old" "$control"
}

# sql DATABASE COMMAND…: in single-user mode, on the directory $data; prints what
# PostgreSQL says of errors. That exits 0 whatever happens, so its words are read. A
# lock file that a killed container left names process 1, which now is this script:
# PG_GRANDPARENT_PID says so, as pg_ctl's does.
sql() {
    local database=$1 words
    shift
    words=$(printf '%s;\n\n' "$@" | PG_GRANDPARENT_PID=$$ \
        postgres --single -j -D "$data" -c data_directory="$data" \
        -c lc_messages=C "$database" 2>&1 >/dev/null) ||
        words="FATAL: $words"
    case $words in
    *ERROR:* | *FATAL:* | *PANIC:*)
        printf '%s\n' "$words" | grep -v STATEMENT:
        return 1
        ;;
    esac
}

# explain WORDS: end with PostgreSQL's words and a sentence that tells what to do.
explain() {
    printf '%s\n' "$1" >&2
    case $1 in
    *"No space left on device"*)
        fail "the disk of PGDATA ($PGDATA) is full: make room and start again;" \
            "nothing is lost."
        ;;
    *"ermission denied"*)
        fail "PGDATA ($PGDATA) has files that do not belong to uid $(id -u):" \
            "chown them."
        ;;
    *"database \"$database\" belongs to "*)
        fail "PGDATA ($PGDATA) has another owner:" \
            "set POSTGRES_USER to the one named above."
        ;;
    *"database \"$database\" does not exist"*)
        fail "PGDATA ($PGDATA) has no database $database:" \
            "set POSTGRES_DB to the one that it has."
        ;;
    *"postmaster.pid"*)
        fail "PGDATA ($PGDATA) has the mark of another server: if none runs," \
            "remove postmaster.pid."
        ;;
    *checkpoint\ record* | *pg_wal* | *"invalid record length"* | \
        *"could not open file \"global/"*)
        fail "PGDATA ($PGDATA) lacks a part, such as its log (pg_wal):" \
            "mount it or restore a backup."
        ;;
    esac
    fail "PostgreSQL cannot use PGDATA ($PGDATA): its words above say why."
}
