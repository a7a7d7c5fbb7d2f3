# shellcheck shell=bash disable=SC2154
# Builder of data.nix. Every step that could leave a trace of time or chance in
# the files is pinned, so that the directory is the same bit for bit each time.
set -euo pipefail

PATH=$postgresql/bin:$PATH
data=$PWD/data
name=$database

under_fixed_time() {
    LD_PRELOAD=$libfaketime/lib/libfaketime.so.1 FAKETIME="2026-01-01 00:00:00" \
        FAKETIME_DONT_FAKE_MONOTONIC=1 "$@"
}

make_cluster() {
    under_fixed_time initdb --pgdata "$data" --username postgres --auth trust \
        --no-sync --encoding UTF8 --locale C --locale-provider builtin \
        --builtin-locale C.UTF-8 --text-search-config english --data-checksums \
        --wal-segsize 1 --set timezone=UTC --set log_timezone=UTC >/dev/null
}

start() {
    local options="-c listen_addresses='' -k $PWD -c autovacuum=off -c fsync=off"
    options="$options -c wal_level=minimal -c max_wal_senders=0"
    under_fixed_time pg_ctl start --pgdata "$data" --wait --silent --log server.log \
        --options "$options" || {
        cat server.log >&2
        exit 1
    }
}

sql() {
    under_fixed_time psql --host "$PWD" --username postgres --no-psqlrc --quiet \
        --set ON_ERROR_STOP=1 --dbname postgres "$@"
}

manage() {
    # What serves requests is not part of the source: no system checks here.
    under_fixed_time python "$project/manage.py" "$@" --verbosity 0
}

# roles_sql DATABASE FILE…: run files of the chassis's folder roles/ there.
roles_sql() {
    local database=$1
    shift
    (cd "$roles" && cat "$@") | sql --dbname "$database" --set owner="$name" \
        --set serve="${name}_serve" --set database="$database"
}

fill() {
    # No password: the start sets it. CREATEDB is for the unit tests.
    sql --command "CREATE ROLE $name LOGIN CREATEDB" \
        --command "CREATE DATABASE $name OWNER $name"
    roles_sql "$name" serving/{role,settings,rights,later_rights}.sql
    roles_sql postgres metrics.sql backup.sql
    export POSTGRES_HOST=$PWD POSTGRES_USER=$name POSTGRES_DB=$name DEBUG_MODE=true
    export PYTHONDONTWRITEBYTECODE=1
    manage migrate --skip-checks
    # The unit tests' database; the service's where no fixtures are wanted (`init`).
    sql --command "CREATE DATABASE test_$name TEMPLATE $name OWNER $name"
    roles_sql "test_$name" serving/{settings,rights,later_rights}.sql
    # shellcheck disable=SC2086 # one word a fixture
    [ -z "$fixtures" ] || manage loaddata $fixtures --skip-checks
}

# The identifier that initdb drew, and the nonce for authentication without users.
remove_chance() {
    head -c 8 /dev/zero | dd of="$data/global/pg_control" conv=notrunc status=none
    head -c 32 /dev/zero |
        dd of="$data/global/pg_control" bs=1 seek=256 conv=notrunc status=none
    under_fixed_time pg_resetwal --force --next-wal-file 0000000100000000000000FF \
        "$data" >/dev/null 2>&1
    rm -f "$data/postmaster.opts" "$data"/pg_stat/*
    find "$data" -name pg_internal.init -delete
}

make_cluster
start
fill
under_fixed_time pg_ctl stop --pgdata "$data" --wait --silent --mode fast
remove_chance
cp "$configuration" "$data/postgresql.conf"
cp "$authentication" "$data/pg_hba.conf"
mv "$data" "$out"
