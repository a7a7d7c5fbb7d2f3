# shellcheck shell=busybox
# Serves the log's numbers for Prometheus, at /metrics.txt. rsyslog starts it, ends it,
# and writes to its standard input every few seconds how many lines it has taken.

directory=$(mktemp -d)
server=

stop() {
    [ -z "$server" ] || kill "$server"
    rm -rf "$directory"
}
trap stop EXIT
trap 'exit 0' TERM INT

# sample TYPE NAME VALUE
sample() {
    printf '# TYPE %s %s\n%s %s\n' "$2" "$1" "$2" "$3"
}

# The memory of this container, without what the kernel gives back at need; nothing
# elsewhere.
memory() {
    [ -e /sys/fs/cgroup/memory.current ] || return 0
    used=$(cat /sys/fs/cgroup/memory.current)
    back=$(sed -n 's/^inactive_file //p' /sys/fs/cgroup/memory.stat)
    limit=$(cat /sys/fs/cgroup/memory.max)
    sample gauge service_memory_bytes "$((used - back))"
    [ "$limit" = max ] || sample gauge service_memory_limit_bytes "$limit"
}

# The size and what is free of the disk of LOG_DIR, in bytes.
disk() {
    df -P -k "$LOG_DIR" | awk 'NR == 2 { printf "%.0f %.0f\n", $2 * 1024, $4 * 1024 }'
}

# write LINES UNWRITTEN WRITABLE
write() {
    {
        sample counter service_log_lines_received_total "$1"
        sample counter service_log_lines_unwritten_total "$2"
        sample gauge service_log_writable "$3"
        disk | {
            read -r size free
            sample gauge service_disk_size_bytes "$size"
            sample gauge service_disk_free_bytes "$free"
        }
        memory
    } >"$directory/new"
    mv "$directory/new" "$directory/metrics.txt"
}

serve() {
    httpd -f -p "$LOG_METRICS_LISTEN" -h "$directory" &
    server=$!
}

write 0 0 1
serve
before=0 unwritten=0
while read -r lines; do
    # Its port may have been another program's.
    kill -0 "$server" 2>/dev/null || serve
    # Who removes the log, as on a full disk, gets a new one.
    [ -e "$LOG_DIR/all.log" ] || { : >"$LOG_DIR/all.log" && kill -HUP "$PPID"; }
    writable=1
    log-room metrics || { writable=0 unwritten=$((unwritten + lines - before)); }
    before=$lines
    write "$lines" "$unwritten" "$writable"
done
