# shellcheck shell=sh disable=SC2154
# Sourced by fetch and lock, which set $here and $work.

# build_pip: into $work/pip the store path of the pip that fetches and locks wheels.
build_pip() {
    nix build --no-link --print-out-paths --file "$here/../relocate/bootstrap.nix" pip \
        >"$work/pip" ||
        fail "the pip that fetches and locks wheels could not be built;" \
            "the message above says why."
}
