# shellcheck shell=busybox
# Writes how targets are found and becomes Prometheus.
#
# In: METRICS_DIR (data), METRICS_RUN_DIR (small files), METRICS_LISTEN,
# SERVER_TARGETS: `dns:NAME:PORT` (each address of the name is a replica) or
# `static:HOST:PORT`.

METRICS_DIR="${METRICS_DIR:-/var/lib/prometheus}"
METRICS_RUN_DIR="${METRICS_RUN_DIR:-/run/metrics}"
METRICS_LISTEN="${METRICS_LISTEN:-0.0.0.0:9090}"
SERVER_TARGETS="${SERVER_TARGETS:-dns:server:9180}"

fail() {
    echo "templatesite-metrics: $*" >&2
    exit 1
}

# A scrape job whose targets come from DNS or are given.
job() {
    local name=$1 kind=${2%%:*} target=${2#*:}
    case $kind in
    dns) printf 'scrape_configs:\n  - job_name: %s\n    dns_sd_configs:\n      - names: ["%s"]\n        type: A\n        port: %s\n        refresh_interval: 5s\n' "$name" "${target%:*}" "${target##*:}" ;;
    static) printf 'scrape_configs:\n  - job_name: %s\n    static_configs:\n      - targets: ["%s"]\n' "$name" "$target" ;;
    *) fail "a target is dns:NAME:PORT or static:HOST:PORT, not $2." ;;
    esac
}

mkdir -p "$METRICS_RUN_DIR" || fail "METRICS_RUN_DIR ($METRICS_RUN_DIR) cannot be made."
[ -w "$METRICS_DIR" ] || fail "METRICS_DIR ($METRICS_DIR) must be a directory that uid $(id -u) may write."
job server "$SERVER_TARGETS" >"$METRICS_RUN_DIR/scrape-server.yml"
ln -sf "$METRICS_CONFIGURATION" "$METRICS_RUN_DIR/prometheus.yml"
exec prometheus --config.file="$METRICS_RUN_DIR/prometheus.yml" --web.listen-address="$METRICS_LISTEN" \
    --storage.tsdb.path="$METRICS_DIR" --storage.tsdb.retention.time=15d --storage.tsdb.retention.size=2GB "$@"
