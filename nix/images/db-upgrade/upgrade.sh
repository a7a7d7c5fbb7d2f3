# shellcheck shell=busybox disable=SC2034,SC2154
# PGDATA of the older PostgreSQL becomes one of this image's, by pg_upgrade.
#
#   [--link] [--without-backup]
#
# The new cluster is made beside PGDATA. Then the two change names, at one moment:
# before it PGDATA is the old one, and a run that was cut short is begun anew; after it
# PGDATA is the new one, and the next run does what was left. docs/backup.md tells the
# rest.

program=db-upgrade

say() {
    printf '%s: %s\n' "$program" "$*"
}

# major PACKAGE: of its PostgreSQL.
major() {
    "$1/bin/postgres" -V | sed 's/[^0-9]*\([0-9]*\).*/\1/'
}

# control BIN DIRECTORY NAME: what its control file says.
control() {
    LC_ALL=C "$1/pg_controldata" "$2" | sed -n "s/^$3: *//p"
}

# The settings of each server here.
options() {
    printf '%s' "-c config_file=$CONFIGURATION/postgresql.conf" \
        " -c hba_file=$CONFIGURATION/pg_hba.conf -c unix_socket_directories=$run"
}

# server BIN DIRECTORY start|stop: without clients but those here.
server() {
    "$1/pg_ctl" "$3" --pgdata "$2" --wait --timeout 86400 --silent \
        --log "$run/log" --options "$(options)" || {
        cat "$run/log" >&2
        fail "PostgreSQL does not $3 on $2: its words above say why;" \
            "nothing is lost."
    }
}

# A killed server leaves a file that names its process. A number that another program
# has now would stop the next server; as the lock was free, that program is no server.
forget_former_server() {
    local pid file=$1/postmaster.pid
    [ -e "$file" ] || return 0
    pid=$(head -n 1 "$file")
    case $(readlink "/proc/$pid/cwd") in
    "") ;; # it has ended, and PostgreSQL itself looks closer
    "$1") fail "PGDATA ($1) is in use by another PostgreSQL, which must stop first." ;;
    *) rm "$file" ;;
    esac
}

check_version() {
    local theirs=$1
    [ "$theirs" = "$OLD_MAJOR" ] ||
        fail "PGDATA ($PGDATA) is of PostgreSQL $theirs, and this image" \
            "goes from $OLD_MAJOR to $NEW_MAJOR."
}

# The directories must change names at one moment, which few file systems cannot.
check_exchange() {
    local trial=$beside.trial
    rm -rf "$trial"
    { mkdir -p "$trial/a" "$trial/b" &&
        "$MV" --exchange --no-target-directory "$trial/a" "$trial/b"; } || {
        rm -rf "$trial"
        fail "$(dirname "$PGDATA") must be a volume's directory that uid $(id -u)" \
            "may write, of a file system that can exchange two names."
    }
    rm -r "$trial"
    ! awk -v at="$PGDATA" '$5 == at { found = 1 } END { exit !found }' \
        /proc/self/mountinfo ||
        fail "PGDATA ($PGDATA) is a volume itself: mount that at $(dirname "$PGDATA")."
}

check_room() {
    local free needed=$((100 << 10))
    [ -n "$link" ] || needed=$((needed + $(du -sk "$PGDATA" | cut -f 1)))
    free=$(df -Pk "$PGDATA" | awk 'END { print $4 }')
    [ "$free" -ge "$needed" ] ||
        fail "the disk of PGDATA ($PGDATA) has $((free >> 10)) MB free, and a copy" \
            "needs $((needed >> 10)): make room, or use --link."
}

# newest NAME: the last value of a string in a JSON file of `backup`.
newest() {
    sed "s/\"$1\": /\n&/g" "$backups/$2" | sed -n "s/^\"$1\": \"\([^\"]*\)\".*/\1/p" |
        tail -n 1
}

# The end of the newest base backup, as `2026-01-31T12:30:00…`.
last_base() {
    cat "$backups"/meta/*-backup.info 2>/dev/null |
        awk -F = '$1 == "end_time" { end = $2 }
            $1 == "status" && $2 == "DONE" && end > last { last = end }
            END { sub(" ", "T", last); print last }'
}

# has_end: whether the backups have the log to its last byte.
has_end() {
    local at size name file
    name=$(control "$OLD/bin" "$PGDATA" "Latest checkpoint's REDO WAL file")
    at=$(control "$OLD/bin" "$PGDATA" "Latest checkpoint location")
    size=$(control "$OLD/bin" "$PGDATA" "Bytes per WAL segment")
    # The checkpoint's record, which was the last, has more than 24 bytes.
    at=$((0x${at#*/} % size + 24))
    for file in "$backups/streaming/$name.partial" "$backups/streaming/$name" \
        "$backups/wals/${name%????????}/$name"; do
        ! cmp -s -n "$at" "$PGDATA/pg_wal/$name" "$file" || return 0
    done
    return 1
}

# After --link there is no way back but the backups: they must have all.
check_backup() {
    local base backups=$BACKUP_DIR/backup
    [ "$(newest systemid identity.json 2>/dev/null)" = "$was" ] ||
        fail "BACKUP_DIR ($BACKUP_DIR) has no backups of this database:" \
            "leave out --link, or add --without-backup."
    base=$(last_base)
    { [ -n "$base" ] && expr "$base" \> "$(newest begun streams.json)"; } >/dev/null ||
        fail "there is no base backup since the stream began: let db and backup run" \
            "until there is one."
    has_end ||
        fail "the backups lack the end of the log: let db and backup run for a" \
            "minute, and stop db first."
}

# begin_anew: PGDATA as it was, whatever a run before has left; and stopped in order.
begin_anew() {
    [ ! -e "$beside" ] || {
        say "removing what a run before has begun…"
        rm -rf "$beside"
    }
    case $(control "$OLD/bin" "$PGDATA" "Database cluster state") in
    "shut down") ;;
    *)
        say "PostgreSQL $OLD_MAJOR was killed: it starts and stops once…"
        server "$OLD/bin" "$PGDATA" start
        server "$OLD/bin" "$PGDATA" stop
        ;;
    esac
}

# The option of initdb by which the new cluster has them, or not, as the old one.
checksums() {
    if [ "$(control "$OLD/bin" "$PGDATA" "Data page checksum version")" != 0 ]; then
        echo --data-checksums
    elif [ "$NEW_MAJOR" -ge 18 ]; then
        echo --no-data-checksums
    fi
}

make_cluster() {
    local size
    say "making an empty cluster of PostgreSQL $NEW_MAJOR…"
    size=$(control "$OLD/bin" "$PGDATA" "Bytes per WAL segment")
    # pg_upgrade itself takes the encoding and the locales of the old one.
    # shellcheck disable=SC2046 # one word or none
    initdb --pgdata "$beside" --username postgres --no-sync --encoding UTF8 --locale C \
        --auth-local peer --auth-host scram-sha-256 $(checksums) \
        --wal-segsize "$((size >> 20))" >"$run/words" 2>&1 || {
        cat "$run/words" >&2
        rm -rf "$beside"
        fail "no cluster could be made beside PGDATA: the words above say why."
    }
}

# What pg_upgrade has written for people, of the reason for which it ended.
show_reason() {
    find "$beside/pg_upgrade_output.d" -name '*.txt' -exec cat {} \;
    grep -rhE 'ERROR:|FATAL:|error:' "$beside/pg_upgrade_output.d" | sort -u |
        head -n 20 || true
}

# What pg_upgrade tells people to do is done here.
without_advice() {
    awk '/^Upgrade Complete/ { ended = 1 } !ended { print; fflush() }'
}

transfer() {
    say "pg_upgrade begins…"
    (cd "$run" && pg_upgrade --old-bindir "$OLD/bin" --new-bindir "$NEW/bin" \
        --old-datadir "$PGDATA" --new-datadir "$beside" --username postgres \
        --socketdir "$run" --old-options "$(options)" --new-options "$(options)" \
        --jobs "$(nproc)" ${link:+"$link"}) 2>&1 | without_advice || give_up
}

give_up() {
    show_reason >&2
    undo_link
    rm -rf "$beside"
    fail "pg_upgrade refused: its words above say why;" \
        "PGDATA ($PGDATA) is as it was, of PostgreSQL $OLD_MAJOR."
}

# What pg_upgrade does not carry: the settings of ALTER SYSTEM, and whence the cluster
# came, by which `backup` knows it.
finish_cluster() {
    local words is name
    for name in postgresql.auto.conf pg_hba.conf pg_ident.conf; do
        [ ! -e "$PGDATA/$name" ] || cp "$PGDATA/$name" "$beside/"
    done
    rm -rf "$beside/pg_upgrade_output.d"
    data=$beside
    is=$(control "$NEW/bin" "$beside" "Database system identifier")
    words=$(sql postgres "DO \$\$ BEGIN IF to_regrole('backup') IS NOT NULL THEN
        COMMENT ON ROLE backup IS '$NEW_MAJOR $is, upgraded from $OLD_MAJOR $was';
        END IF; END \$\$") || {
        printf '%s\n' "$words" >&2
        undo_link
        rm -rf "$beside"
        fail "PostgreSQL $NEW_MAJOR does not start with what ALTER SYSTEM has set," \
            "or for the reason above; PGDATA ($PGDATA) is as it was."
    }
}

exchange() {
    exec 9<"$beside"
    flock 9 # as PGDATA is
    sync
    "$MV" --exchange --no-target-directory "$PGDATA" "$beside"
    sync
    say "PGDATA ($PGDATA) is of PostgreSQL $NEW_MAJOR now."
}

# Statistics of a new cluster are missing or old, and slow queries are the first that
# anybody would see.
analyze() {
    say "counting for the planner…"
    forget_former_server "$PGDATA"
    server "$NEW/bin" "$PGDATA" start
    vacuumdb --host "$run" --username postgres --all --analyze-only --quiet \
        --jobs "$(nproc)" || say "the statistics are not whole: run vacuumdb later."
    server "$NEW/bin" "$PGDATA" stop
}

# A cluster whose files are the new one's too is worth nothing any more.
set_aside() {
    local before
    if [ -e "$beside/global/pg_control" ]; then
        before=$PGDATA-before-$(date -u +%Y%m%dT%H%M%S)
        mv "$beside" "$before"
        say "what was in PGDATA is in $before;" \
            "remove it when you do not need it."
    else
        rm -rf "$beside"
    fi
}

upgrade() {
    check_version "$(cat "$PGDATA/PG_VERSION")"
    begin_anew
    was=$(control "$OLD/bin" "$PGDATA" "Database system identifier")
    check_exchange
    check_room
    [ -z "$link" ] || [ -n "$without_backup" ] || check_backup
    make_cluster
    transfer
    finish_cluster
    exchange
}

OLD_MAJOR=$(major "$OLD") NEW_MAJOR=$(major "$NEW")
link='' without_backup=''
for word; do
    case $word in
    --link) link=$word ;;
    --without-backup) without_backup=$word ;;
    *) fail "$word is not known: --link and --without-backup are." ;;
    esac
done
[ -n "${PGDATA:-}" ] || fail "set PGDATA to the directory of the data."
[ "$(id -u)" -ne 0 ] || fail "PostgreSQL refuses root: run this as the user of db."
[ -e "$PGDATA/PG_VERSION" ] ||
    fail "PGDATA ($PGDATA) holds no database: mount the volume of db."
trap 'exit 143' TERM # the first process ignores it otherwise
lock
beside=$PGDATA-upgrading
run=$(mktemp -d)
trap 'rm -rf "$run"' EXIT
forget_former_server "$PGDATA"
if [ "$(cat "$PGDATA/PG_VERSION")" != "$NEW_MAJOR" ]; then
    upgrade
elif [ ! -e "$beside" ]; then
    say "PGDATA ($PGDATA) is of PostgreSQL $NEW_MAJOR already: nothing is to do."
    exit
fi
analyze
set_aside
say "done: start db."
