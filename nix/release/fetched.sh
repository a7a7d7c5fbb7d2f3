# shellcheck shell=bash
# What `sources` copies, and what its check compares with.

# fetched <DERIVATIONS: those that have a hash of their result, which fetchers make.
fetched() {
    xargs grep -lE '^Derive\(\[\("out","[^"]+","[^"]+","[^"]+"\)\],'
}
