# shellcheck shell=busybox
# Becomes the syslog daemon.
export LOG_DIR="${LOG_DIR:-/var/log/service}"
export LOG_ADDRESS="${LOG_ADDRESS:-0.0.0.0}"
export LOG_PORT="${LOG_PORT:-5514}"
export LOG_METRICS_LISTEN="${LOG_METRICS_LISTEN:-0.0.0.0:9514}"
[ -w "$LOG_DIR" ] || {
    echo "log: LOG_DIR ($LOG_DIR) must be a directory that uid $(id -u) may write." >&2
    exit 1
}
umask 027
: >>"$LOG_DIR/all.log"
exec rsyslogd -n -iNONE -f "$LOG_CONFIGURATION"
