# shellcheck shell=bash disable=SC2154 # who sources it sets $work
# Builds images again in an empty store, from nothing but what fetchers brought, whose
# hashes the tree has: what a cache or an earlier build left in this machine's store is
# not used.

# rebuild STORE DERIVATION…: Nix's words are in $work/words.
rebuild() {
    local store=$1
    shift
    nix-store --query --requisites "$@" | grep '\.drv$' >"$work/derivations"
    {
        fetched <"$work/derivations" | xargs nix-store --realise >"$work/fetched" &&
            sort -u "$work/fetched" | xargs nix copy --to "$store" &&
            nix copy --derivation --to "$store" "$@" &&
            nix build --store "$store" --option substituters "" --no-link "${@/%/^*}"
    } 2>"$work/words"
}

# hashes [STORE]: of each of the paths.
hashes() {
    xargs nix-store ${1:+--store "$1"} --query --hash <"$work/paths" >"$work/hashes"
    paste "$work/paths" "$work/hashes"
}

# invalid [STORE]: those of all paths that it lacks.
invalid() {
    xargs nix-store ${1:+--store "$1"} --check-validity --print-invalid <"$work/all"
}

# report_differences STORE: a line for each path that has other contents there than in
# this machine's store; fails where there is one.
report_differences() {
    xargs nix-store --store "$1" --query --outputs <"$work/derivations" |
        sort -u >"$work/all"
    { invalid "$1" && invalid; } >"$work/lacking"
    grep -v -x -F -f "$work/lacking" "$work/all" >"$work/paths"
    hashes >"$work/ours"
    hashes "$1" | diff "$work/ours" - >"$work/differences" || {
        sed -n 's/^< \([^\t]*\).*/\1/p' "$work/differences"
        return 1
    }
}
