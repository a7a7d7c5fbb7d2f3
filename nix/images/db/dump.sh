# shellcheck shell=busybox disable=SC2154
# A copy of the database that other versions and providers of PostgreSQL read, too: rows
# and tables, without roles and grants, which the database that takes it has already, and
# without what the cache holds.

dump() {
    [ $# -eq 0 ] || fail "dump takes nothing: it writes to standard output."
    [ ! -t 1 ] ||
        fail "dump writes no text: send its output into a file" \
            "(docker compose run -T …)."
    connect dump
    # Only a superuser makes, drops or comments on the extension.
    exec pg_dump --format custom --no-owner --no-privileges \
        --no-unlogged-table-data --exclude-extension pg_stat_statements
}

# In one transaction: the tables of the dump are as it has them, or all is as it was.
load() {
    [ $# -eq 0 ] || fail "load takes nothing: it reads from standard input."
    [ ! -t 0 ] ||
        fail "load reads what dump wrote from standard input (docker compose run -T …)."
    connect load
    pg_restore --dbname "$PGDATABASE" --clean --if-exists --no-owner --no-privileges \
        --single-transaction --exit-on-error ||
        fail "the database is as it was: the words above say why."
    vacuumdb --analyze-only --schema public --quiet
    echo "db: the database $PGDATABASE holds what was dumped."
}
