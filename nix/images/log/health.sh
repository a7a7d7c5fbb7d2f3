# shellcheck shell=busybox
# Whether the log takes a line and writes it (it comes back from a file beside the
# log's), and has room for more.
export LOG_DIR="${LOG_DIR:-/var/log/service}"
log-room health || {
    echo "log: LOG_DIR ($LOG_DIR) cannot be written; is its disk full?" >&2
    exit 1
}
probe=$(cat /proc/sys/kernel/random/uuid)
[ -e "$LOG_DIR/all.log" ] || {
    echo "log: all.log is gone from LOG_DIR ($LOG_DIR);" \
        "it is made again in seconds." >&2
    exit 1
}
listen=${LOG_LISTEN:-0.0.0.0:5514}
# In vain where the log hangs: without a limit the client would stay.
printf '<14>log-health: %s\n' "$probe" |
    timeout 3 nc -w 1 127.0.0.1 "${listen##*:}" >/dev/null 2>&1 &
for _ in $(seq 30); do
    ! grep -qs "$probe" "$LOG_DIR/health" || exit 0
    sleep 0.1
done
echo "log: a line did not come to LOG_DIR ($LOG_DIR)." >&2
exit 1
