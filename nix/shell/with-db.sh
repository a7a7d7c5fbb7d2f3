# Builds the prepared database of the tree as it is now, and runs a command beside a copy of it.

# What nix says of its inputs and of a tree with changes is the same at each call.
news() {
    grep --line-buffered -v -E "^(warning: |• |    '|  → |nixw: using)" >&2
}

program=$(cd "${SERVICE_TREE:-.}" && ./nixw build --no-link --print-out-paths .#with-db 2> >(news)) || {
    echo "with-db: the prepared database could not be made; the message above says why." \
        "If a model has changed: python src/manage.py makemigrations, and git add its file." >&2
    exit 1
}
exec "$program/bin/with-db" "$@"
