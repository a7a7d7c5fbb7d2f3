# shellcheck shell=bash
# Runs a command beside a copy of the prepared database of the tree as it is now.
program=$(built with-db)
exec "$program/bin/with-db" "$@"
