# shellcheck shell=busybox
# Runs the exporter, which logs in as `metrics`: a role that reads only statistics.

if [ -n "${POSTGRES_METRICS_PASSWORD:-}" ] &&
    [ -n "${POSTGRES_METRICS_PASSWORD_FILE:-}" ]; then
    echo "db-metrics: set POSTGRES_METRICS_PASSWORD" \
        "or POSTGRES_METRICS_PASSWORD_FILE, not both." >&2
    exit 1
elif [ -n "${POSTGRES_METRICS_PASSWORD_FILE:-}" ]; then
    export DATA_SOURCE_PASS_FILE="$POSTGRES_METRICS_PASSWORD_FILE"
else
    advice="db-metrics: set POSTGRES_METRICS_PASSWORD or POSTGRES_METRICS_PASSWORD_FILE."
    export DATA_SOURCE_PASS="${POSTGRES_METRICS_PASSWORD:?$advice}"
fi
export DATA_SOURCE_USER=metrics
address="${POSTGRES_HOST:-db}:${POSTGRES_PORT:-5432}/${POSTGRES_DB:-$SERVICE_DATABASE}"
export DATA_SOURCE_URI="$address?connect_timeout=3&sslmode=${POSTGRES_SSLMODE:-disable}"

# As process 1, the exporter ignores SIGTERM; otherwise SIGTERM ends it with an error
# status.
stop() {
    kill "$exporter"
    wait "$exporter" || true
    exit 0
}
trap stop TERM INT
postgres_exporter --config.file="$EXPORTER_CONFIGURATION" \
    --extend.query-path="$EXPORTER_QUERIES" \
    --web.listen-address="${DB_METRICS_LISTEN:-0.0.0.0:9187}" --log.level=warn "$@" &
exporter=$!
wait "$exporter"
