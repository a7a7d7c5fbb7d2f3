# shellcheck shell=busybox disable=SC2154
# Fills an empty PGDATA with the prepared data. They are made ready in PGDATA/.fill, and
# PG_VERSION, which makes a directory a cluster, comes last: a power cut leaves all or
# nothing.

# others: what PGDATA holds beside an unfinished fill; lost+found is what a new file
# system has.
others() {
    find "$PGDATA" -mindepth 1 -maxdepth 1 ! -name lost+found ! -name .fill \
        -exec basename {} \;
}

# forget NAME: remove it from PGDATA; what was copied may be read-only.
forget() {
    [ -e "$PGDATA/$1" ] || return 0
    chmod -R u=rwX "$PGDATA/$1"
    rm -rf "${PGDATA:?}/$1"
}

forget_unfinished() {
    local name
    for name in .fill $(ls "$DB_DATA"); do
        forget "$name"
    done
}

random_bytes() {
    dd if=/dev/urandom of="$data/global/pg_control" bs=1 seek="$1" count="$2" \
        conv=notrunc status=none
}

# finish sample|empty: with the fixtures, or with nothing but the migrations. The
# prepared data are the same everywhere; a running cluster needs an identifier of its
# own, which is positive for SQL: so that Barman finds it the same in the stream, its
# eighth byte stays 0.
finish() {
    random_bytes 0 7 && random_bytes 256 32 && pg_resetwal --force "$data" >/dev/null &&
        name_roles && name_databases "$1"
}

fill() {
    local words name data=$PGDATA/.fill
    forget_unfinished
    { mkdir "$data" && cp -r "$DB_DATA/." "$data/" && chmod -R u=rwX,go= "$data"; } ||
        fail "PGDATA ($PGDATA) cannot be filled:" \
            "it must be writable, with room for $(du -sm "$DB_DATA" | cut -f 1) MB."
    words=$(finish "$1" 2>&1) || explain "$words"
    for name in "$data"/*; do
        [ "${name##*/}" = PG_VERSION ] || mv "$name" "$PGDATA/"
    done
    make_durable
    mv "$data/PG_VERSION" "$PGDATA/"
    rmdir "$data"
    make_durable
}

make_durable() {
    initdb --sync-only --pgdata "$PGDATA" >/dev/null ||
        fail "PGDATA ($PGDATA) is on a disk that does not write."
}

# What was built as $SERVICE_DATABASE gets the names that were asked for.
name_roles() {
    [ "$role" = "$SERVICE_DATABASE" ] ||
        sql postgres "ALTER ROLE \"$SERVICE_DATABASE\" RENAME TO \"$role\"" \
            "ALTER ROLE \"${SERVICE_DATABASE}_serve\" RENAME TO \"$serve\""
}

# The database of the unit tests is the one that has no fixtures.
name_databases() {
    if [ "$1" = empty ]; then
        sql postgres "DROP DATABASE \"$SERVICE_DATABASE\"" \
            "ALTER DATABASE \"test_$SERVICE_DATABASE\" RENAME TO \"$database\""
    elif [ "$database" != "$SERVICE_DATABASE" ]; then
        sql postgres "ALTER DATABASE \"$SERVICE_DATABASE\" RENAME TO \"$database\"" \
            "ALTER DATABASE \"test_$SERVICE_DATABASE\" RENAME TO \"test_$database\""
    fi
}
