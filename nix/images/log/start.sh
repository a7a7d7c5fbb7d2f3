# shellcheck shell=busybox
# Becomes the syslog daemon.
export LOG_DIR="${LOG_DIR:-/var/log/service}"
LOG_LISTEN="${LOG_LISTEN:-0.0.0.0:5514}"
export LOG_ADDRESS="${LOG_LISTEN%:*}" LOG_PORT="${LOG_LISTEN##*:}"
export LOG_METRICS_LISTEN="${LOG_METRICS_LISTEN:-0.0.0.0:9514}"
[ -w "$LOG_DIR" ] || {
    echo "log: LOG_DIR ($LOG_DIR) must be a directory that uid $(id -u) may write." >&2
    exit 1
}
umask 027
: >>"$LOG_DIR/all.log"
exec rsyslogd -n -iNONE -f "$LOG_CONFIGURATION"
