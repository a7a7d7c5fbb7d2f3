# shellcheck shell=busybox disable=SC2154
# Says where alerts go, and becomes Alertmanager. docs/variables.md has the environment
# variables.

ALERTS_DIR="${ALERTS_DIR:-/var/lib/alertmanager}"
ALERTS_LISTEN="${ALERTS_LISTEN:-0.0.0.0:9093}"
ALERTS_URL="${ALERTS_URL:-http://localhost:${ALERTS_LISTEN##*:}}"
ALERTS_CONFIGURATION="${ALERTS_CONFIGURATION:-$ALERTS_DEFAULT}"
ALERTS_WATCHDOG_URL="${ALERTS_WATCHDOG_URL:-}"

fail() {
    echo "alerts: $*" >&2
    exit 1
}

# route_watchdog FOLDER: the configuration with a route for Watchdog, in a new folder.
route_watchdog() {
    local beside
    # What it names relative to itself.
    beside=$(cd "$(dirname "$ALERTS_CONFIGURATION")" && pwd)
    [ "$ALERTS_CONFIGURATION" = "$ALERTS_DEFAULT" ] || ln -s "$beside"/* "$1"
    (umask 077 && printf %s "$ALERTS_WATCHDOG_URL" >"$1/.watchdog-url")
    awk -v url="${ALERTS_WATCHDOG_URL:+$1/.watchdog-url}" -f "$ALERTS_ROUTES" \
        "$ALERTS_CONFIGURATION" >"$1/.routed.yml" ||
        fail "ALERTS_CONFIGURATION ($ALERTS_CONFIGURATION)" \
            "must have lines that begin with \`route:\` and \`receivers:\`."
}

case $ALERTS_WATCHDOG_URL in
"" | http://?* | https://?*) ;;
*)
    fail "ALERTS_WATCHDOG_URL ($ALERTS_WATCHDOG_URL)" \
        "must begin with http:// or https://."
    ;;
esac
[ -r "$ALERTS_CONFIGURATION" ] ||
    fail "ALERTS_CONFIGURATION ($ALERTS_CONFIGURATION)" \
        "must be a file that uid $(id -u) may read."
[ -w "$ALERTS_DIR" ] ||
    fail "ALERTS_DIR ($ALERTS_DIR) must be a directory that uid $(id -u) may write."
folder=$(mktemp -d) || fail "/tmp must have room for the configuration."
route_watchdog "$folder"
# Each way to tell people is a list: email_configs, webhook_configs, …
grep -q '_configs:' "$ALERTS_CONFIGURATION" ||
    echo "alerts: alerts reach nobody: name receivers in" \
        "monitoring/alertmanager.yml." >&2
# Killed, it forgets of whom it told what in the last seconds, and then ends no alert.
exec alertmanager --config.file="$folder/.routed.yml" --storage.path="$ALERTS_DIR" \
    --web.listen-address="$ALERTS_LISTEN" --web.external-url="$ALERTS_URL" \
    --web.route-prefix=/ --cluster.listen-address= --data.maintenance-interval=5s "$@"
