# with-db COMMAND…: the settings find the database through the environment.

directory=$(mktemp -d)
export PGDATA=$directory/data POSTGRES_PASSWORD=temporary
templatesite-db -c listen_addresses= -c "unix_socket_directories=$directory" -c fsync=off \
    >"$directory/log" 2>&1 &
server=$!

stop() {
    kill -INT "$server" 2>/dev/null && wait "$server"
    rm -rf "$directory"
}
trap stop EXIT

until pg_isready --quiet --host "$directory"; do
    kill -0 "$server" 2>/dev/null || {
        cat "$directory/log" >&2
        echo "with-db: PostgreSQL did not start; its output is above." >&2
        exit 1
    }
    sleep 0.05
done
POSTGRES_HOST=$directory POSTGRES_DB=templatesite POSTGRES_USER=templatesite "$@"
