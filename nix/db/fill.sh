# shellcheck shell=busybox disable=SC2154
# Fills an empty PGDATA with the prepared data.

# content ARGUMENTS: find on what PGDATA holds; lost+found is what a new file system has.
content() {
    find "$PGDATA" -mindepth 1 -maxdepth 1 ! -name lost+found "$@"
}

# The mark FILLING is there until PGDATA can be served; what was copied may be read-only.
forget_unfinished() {
    [ -e "$PGDATA/FILLING" ] || return 0
    content ! -name FILLING -exec chmod -R u=rwX {} \; -exec rm -rf {} \;
    rm "$PGDATA/FILLING"
}

random_bytes() {
    dd if=/dev/urandom of="$PGDATA/global/pg_control" bs=1 "seek=$1" "count=$2" conv=notrunc status=none
}

# fill sample|empty: with the fixtures, or with nothing but the migrations. The prepared
# data are the same everywhere; a running cluster needs an identifier of its own.
fill() {
    local words
    forget_unfinished
    { : >"$PGDATA/FILLING" && cp -r "$DB_DATA/." "$PGDATA/"; } ||
        fail "PGDATA ($PGDATA) cannot be filled:" \
            "it must be writable, with room for $(du -sm "$DB_DATA" | cut -f 1) MB."
    content -exec chmod -R u=rwX,go= {} +
    random_bytes 0 8
    random_bytes 256 32
    words=$(pg_resetwal --force "$PGDATA" 2>&1) || explain "$words"
    words=$(name_roles && name_databases "$1") || explain "$words"
    rm "$PGDATA/FILLING"
}

# What was built as `templatesite` gets the names that were asked for.
name_roles() {
    [ "$role" = templatesite ] || sql postgres "ALTER ROLE templatesite RENAME TO \"$role\"" \
        "ALTER ROLE templatesite_serve RENAME TO \"$serve\""
}

# The database of the unit tests is the one that has no fixtures.
name_databases() {
    if [ "$1" = empty ]; then
        sql postgres "DROP DATABASE templatesite" \
            "ALTER DATABASE test_templatesite RENAME TO \"$database\""
    elif [ "$database" != templatesite ]; then
        sql postgres "ALTER DATABASE templatesite RENAME TO \"$database\"" \
            "ALTER DATABASE test_templatesite RENAME TO \"test_$database\""
    fi
}
