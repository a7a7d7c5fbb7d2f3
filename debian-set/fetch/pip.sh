# shellcheck shell=sh disable=SC2154
# Sourced by fetch and lock, which set $here and $work.

# build_pip: into $work/pip the store path of the pip that fetches and locks wheels.
build_pip() {
    nix build --no-link --print-out-paths --file "$here/../relocate/bootstrap.nix" pip \
        >"$work/pip" ||
        fail "the pip that fetches and locks wheels could not be built;" \
            "the message above says why."
}

# pip_platform: pip's options for the wheels of $architecture, none on a machine of it.
pip_platform() {
    [ "$architecture" != "$(machine_architecture)" ] || return 0
    case $architecture in amd64) machine=x86_64 ;; arm64) machine=aarch64 ;; esac
    printf -- '--python-version 3.13 --platform manylinux2014_%s' "$machine"
    # The versions of libc that Debian 13's runs (PEP 600).
    for minor in $(seq 17 41); do
        printf -- ' --platform manylinux_2_%s_%s' "$minor" "$machine"
    done
}
