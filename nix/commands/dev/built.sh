# shellcheck shell=bash
# Programs that are made of the models are built when they are needed.

# What nix says of its inputs and of a tree with changes is the same at each call.
news() {
    grep --line-buffered -v -E "^(warning: |• |    '|  → |nixw: using)" >&2
}

# built NAME: that package of the tree as it is now.
built() {
    trap 'exit 130' INT # Ctrl-C needs no explanation
    (
        cd "${SERVICE_TREE:-.}" &&
            ./nixw build --no-link --print-out-paths ".#$1" 2> >(news)
    ) || {
        echo "${0##*/}: $1 could not be built; the message above says why. Often a" \
            "model lacks its migration (python src/manage.py makemigrations, and git" \
            "add its file), or a required setting lacks a value in environment" \
            "of pyproject.toml." >&2
        exit 1
    }
}
