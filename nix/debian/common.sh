# shellcheck shell=sh
# Sourced by nixw, fetch and lock.

say() {
    printf 'nixw: %s\n' "$*" >&2
}

fail() {
    say "$*"
    exit 1
}

# A line of nix.conf for this process and its children, on top of the user's.
nix_option() {
    NIX_CONFIG="${NIX_CONFIG:+$NIX_CONFIG
}$*"
    export NIX_CONFIG
}

# What a Nix straight from a distribution's package lacks.
nix_configure() {
    nix_option "extra-experimental-features = nix-command flakes"
    # Never build outside the sandbox in silence.
    nix_option "sandbox-fallback = false"
    # nix-bin alone makes no build users; the sandbox's user namespace isolates then.
    [ "$(id -u)" -ne 0 ] || getent group nixbld >/dev/null || nix_option "build-users-group ="
}

# No binary cache has the Debian set: ask none, unless the user set one.
nix_without_default_cache() {
    [ "$(nix config show substituters)" != "https://cache.nixos.org/" ] || nix_option "substituters ="
}
