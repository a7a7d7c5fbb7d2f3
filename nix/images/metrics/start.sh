# shellcheck shell=busybox
# Writes whom to scrape and whom to alert, and becomes Prometheus.
# docs/variables.md has the environment variables.

METRICS_DIR="${METRICS_DIR:-/var/lib/prometheus}"
METRICS_RUN_DIR="${METRICS_RUN_DIR:-/run/metrics}"
METRICS_LISTEN="${METRICS_LISTEN:-0.0.0.0:9090}"
SERVER_TARGETS="${SERVER_TARGETS-dns:server:9180}"
DB_METRICS_TARGETS="${DB_METRICS_TARGETS-dns:db-metrics:9187}"
LOG_TARGETS="${LOG_TARGETS-dns:log:9514}"
EDGE_TARGETS="${EDGE_TARGETS:-}"
BACKUP_TARGETS="${BACKUP_TARGETS:-}"
METRICS_URL="${METRICS_URL:-http://localhost:${METRICS_LISTEN##*:}}"
ALERTMANAGER_HOST="${ALERTMANAGER_HOST:-}"

fail() {
    echo "metrics: $*" >&2
    exit 1
}

# job NAME TARGETS [PATH]: a scrape job whose targets come from DNS or are given.
job() {
    local name=$1 target=${2#*:} path=${3:-/metrics}
    case $2 in
    dns:*:* | static:*:*)
        printf 'scrape_configs:\n  - job_name: %s\n    metrics_path: %s\n' "$name" \
            "$path"
        ;;
    esac
    case $2 in
    dns:*:*)
        printf '    dns_sd_configs:\n      - names: ["%s"]\n        type: A\n' \
            "${target%:*}"
        printf '        port: %s\n        refresh_interval: 5s\n' "${target##*:}"
        ;;
    static:*:*) printf '    static_configs:\n      - targets: ["%s"]\n' "$target" ;;
    "") ;;
    *) fail "a target is dns:NAME:PORT or static:HOST:PORT, not $2." ;;
    esac
}

alertmanagers() {
    case $ALERTMANAGER_HOST in
    "") echo '[]' ;;
    *[!A-Za-z0-9.:-]*)
        fail "ALERTMANAGER_HOST is a host, or HOST:PORT, not $ALERTMANAGER_HOST."
        ;;
    *:*) printf -- '- targets: ["%s"]\n' "$ALERTMANAGER_HOST" ;;
    *) printf -- '- targets: ["%s:9093"]\n' "$ALERTMANAGER_HOST" ;;
    esac
}

mkdir -p "$METRICS_RUN_DIR" || fail "METRICS_RUN_DIR ($METRICS_RUN_DIR) cannot be made."
[ -w "$METRICS_DIR" ] ||
    fail "METRICS_DIR ($METRICS_DIR) must be a directory that uid $(id -u) may write."
job server "$SERVER_TARGETS" >"$METRICS_RUN_DIR/scrape-server.yml"
job db-metrics "$DB_METRICS_TARGETS" >"$METRICS_RUN_DIR/scrape-db-metrics.yml"
job log "$LOG_TARGETS" /metrics.txt >"$METRICS_RUN_DIR/scrape-log.yml"
job edge "$EDGE_TARGETS" >"$METRICS_RUN_DIR/scrape-edge.yml"
job backup "$BACKUP_TARGETS" >"$METRICS_RUN_DIR/scrape-backup.yml"
job metrics "static:localhost:${METRICS_LISTEN##*:}" \
    >"$METRICS_RUN_DIR/scrape-metrics.yml"
alertmanagers >"$METRICS_RUN_DIR/alertmanagers.yml"
ln -sf "$METRICS_CONFIGURATION/prometheus.yml" "$METRICS_RUN_DIR/prometheus.yml"
for part in rules scrape; do
    ln -sfn "$METRICS_CONFIGURATION/$part" "$METRICS_RUN_DIR/$part"
done
# What waited for its `for` before a restart goes on to wait. The default does that for
# waits of ten minutes and more.
exec prometheus --config.file="$METRICS_RUN_DIR/prometheus.yml" \
    --web.listen-address="$METRICS_LISTEN" \
    --web.external-url="$METRICS_URL" --web.route-prefix=/ \
    --web.console.templates="$METRICS_CONFIGURATION/consoles" \
    --web.console.libraries="$METRICS_CONFIGURATION/console-library" \
    --web.user-assets="$METRICS_CONFIGURATION/assets" \
    --storage.tsdb.path="$METRICS_DIR" --storage.tsdb.retention.time=15d \
    --storage.tsdb.retention.size=2GB --rules.alert.for-grace-period=0s "$@"
