# shellcheck shell=bash
# pytest beside a copy of the prepared database, unless POSTGRES_HOST names another one.
if [ -n "${POSTGRES_HOST:-}" ]; then
    exec python -m pytest "$@"
fi
exec with-db python -m pytest "$@"
