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

# The memory of this container, without what the kernel gives back at need, and its
# processor's time; nothing elsewhere.
container() {
    [ -e /sys/fs/cgroup/memory.current ] || return 0
    used=$(cat /sys/fs/cgroup/memory.current)
    back=$(sed -n 's/^inactive_file //p' /sys/fs/cgroup/memory.stat)
    limit=$(cat /sys/fs/cgroup/memory.max)
    sample gauge service_memory_bytes "$((used - back))"
    [ "$limit" = max ] || sample gauge service_memory_limit_bytes "$limit"
    sample counter service_cpu_seconds_total \
        "$(awk '$1 == "usage_usec" { printf "%.3f", $2 / 1e6 }' /sys/fs/cgroup/cpu.stat)"
}

# disk VOLUME FOLDER: its name, size and what is free for users, in bytes.
disk() {
    df -P -k "$2" |
        awk -v name="$1" 'NR == 2 { printf "%s %.0f %.0f\n", name, $2 * 1024, $4 * 1024 }'
}

# The log's volume, and those of others, which are mounted below /volumes: who has filled
# a volume may not live to tell. One that nobody may read is asked all the same; an empty
# one is of a service that runs elsewhere.
disks() {
    disk log "$LOG_DIR"
    for folder in /volumes/*; do
        [ ! -d "$folder" ] || [ -z "$(ls -A "$folder" 2>&1)" ] ||
            disk "${folder##*/}" "$folder" || true
    done
}

# Lines of `disks` as two metrics.
by_volume() {
    awk '
        { size = size sprintf("service_disk_size_bytes{volume=\"%s\"} %s\n", $1, $2) }
        { free = free sprintf("service_disk_free_bytes{volume=\"%s\"} %s\n", $1, $3) }
        END { printf "# TYPE service_disk_size_bytes gauge\n%s", size }
        END { printf "# TYPE service_disk_free_bytes gauge\n%s", free }
    '
}

# write LINES UNWRITTEN WRITABLE
write() {
    {
        sample counter service_log_lines_received_total "$1"
        sample counter service_log_lines_unwritten_total "$2"
        sample gauge service_log_writable "$3"
        disks | by_volume
        container
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
