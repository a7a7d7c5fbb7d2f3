# shellcheck shell=busybox
# Finds the log lines of a request.
#
#   find-requests ID           every line that any part wrote for it, the oldest first
#   find-requests failed [N]   the last N (20) requests that were answered with 5xx
#
# Exit status 1 when there is none.

LOG_DIR="${LOG_DIR:-/var/log/service}"

lines() {
    for file in "$LOG_DIR/all.log.1" "$LOG_DIR/all.log"; do
        [ ! -e "$file" ] || cat "$file"
    done
}

# TIME HOST PROGRAM SEVERITY [ID] ADDRESS "VERB /path" STATUS …
failed() {
    lines | awk '$3 == "nginx" && $5 ~ /^[[]/ && /^[^"]*"[^"]*" 5[0-9][0-9] /' |
        tail -n "$1" | grep .
}

case "${1:-}" in
"" | -*)
    echo "usage: find-requests ID, or find-requests failed [N]" >&2
    exit 2
    ;;
failed) failed "${2:-20}" ;;
*) lines | awk -v id="[$1]" '$5 == id { print; found = 1 } END { exit !found }' ;;
esac
