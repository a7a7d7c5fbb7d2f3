# shellcheck shell=busybox
# Says where alerts go, and becomes Alertmanager. docs/variables.md has the environment
# variables.

ALERTS_DIR="${ALERTS_DIR:-/var/lib/alertmanager}"
ALERTS_LISTEN="${ALERTS_LISTEN:-0.0.0.0:9093}"
ALERTS_URL="${ALERTS_URL:-http://localhost:${ALERTS_LISTEN##*:}}"
ALERTS_CONFIGURATION="${ALERTS_CONFIGURATION:-$ALERTS_DEFAULT}"

fail() {
    echo "alerts: $*" >&2
    exit 1
}

[ -r "$ALERTS_CONFIGURATION" ] ||
    fail "ALERTS_CONFIGURATION ($ALERTS_CONFIGURATION)" \
        "must be a file that uid $(id -u) may read."
[ -w "$ALERTS_DIR" ] ||
    fail "ALERTS_DIR ($ALERTS_DIR) must be a directory that uid $(id -u) may write."
# Each way to tell people is a list: email_configs, webhook_configs, …
grep -q '_configs:' "$ALERTS_CONFIGURATION" ||
    echo "alerts: alerts reach nobody: name receivers in" \
        "monitoring/alertmanager.yml." >&2
# Killed, it forgets of whom it told what in the last seconds, and then ends no alert.
exec alertmanager --config.file="$ALERTS_CONFIGURATION" --storage.path="$ALERTS_DIR" \
    --web.listen-address="$ALERTS_LISTEN" --web.external-url="$ALERTS_URL" \
    --web.route-prefix=/ --cluster.listen-address= --data.maintenance-interval=5s "$@"
