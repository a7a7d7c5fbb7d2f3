# shellcheck shell=busybox
# Over TCP: the socket answers while the start still sets the password.
exec pg_isready --quiet --host=127.0.0.1 \
    --username="${POSTGRES_USER:-$SERVICE_DATABASE}" \
    --dbname="${POSTGRES_DB:-$SERVICE_DATABASE}"
