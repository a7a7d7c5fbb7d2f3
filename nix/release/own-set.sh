# shellcheck shell=bash
# Before what makes or judges a release: it is of the package set that the tree names.

if [ "${1:-}" = --other-set ]; then
    shift
elif [ "$PACKAGE_SET" != "$TREE_SET" ]; then
    fail "these images are of the package set $PACKAGE_SET, but pyproject.toml names" \
        "$TREE_SET: ./nixw takes that by itself." \
        "--other-set as the first word goes on with $PACKAGE_SET."
fi
