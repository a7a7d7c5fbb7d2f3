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
    xargs nix-store ${1:+--store "$1"} --query --hash <"$work/paths" >"$work/hashes" &&
        paste "$work/paths" "$work/hashes"
}

# invalid [STORE]: those of all paths that it lacks.
invalid() {
    xargs nix-store ${1:+--store "$1"} --check-validity --print-invalid <"$work/all"
}

# read_hashes STORE: of each path that both stores have, into $work/ours and
# $work/theirs; fails where one cannot be read, or where they share nothing.
read_hashes() {
    xargs nix-store --store "$1" --query --outputs <"$work/derivations" >"$work/all" &&
        invalid "$1" >"$work/lacking" && invalid >>"$work/lacking" &&
        grep -v -x -F -f "$work/lacking" "$work/all" | sort -u >"$work/paths" &&
        hashes >"$work/ours" && hashes "$1" >"$work/theirs"
}

# report_differences: a line for each path whose hash is another one there; fails where
# there is one.
report_differences() {
    diff "$work/ours" "$work/theirs" >"$work/differences" || {
        sed -n 's/^< \([^\t]*\).*/\1/p' "$work/differences"
        return 1
    }
}
