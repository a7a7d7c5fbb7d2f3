# shellcheck shell=bash
# Sentences of a program, which begin with its name.

say() {
    printf '%s: %s\n' "${0##*/}" "$*"
}

fail() {
    say "$*" >&2
    exit 1
}
