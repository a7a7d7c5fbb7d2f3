# shellcheck shell=sh
# Sourced by nixw.sh, the Debian set's too, and by that set's fetch and lock.

say() {
    printf 'nixw: %s\n' "$*" >&2
}

fail() {
    say "$*"
    exit 1
}

# Debian's name of this machine's architecture.
machine_architecture() {
    case $(uname -m) in
    x86_64) echo amd64 ;;
    aarch64) echo arm64 ;;
    esac
}

# set_of ROOT: the package set that a tree's pyproject.toml names; nixw reads it, too.
set_of() {
    s='[[:space:]]*' q="[\"']" # TOML's spaces and quotes
    header="^$s\[${s}tool$s\.${s}template$s]"
    key="s/^$s$q\{0,1\}packages$q\{0,1\}$s=$s$q\([^\"']*\)$q.*/\1/p"
    named=$(sed -n "/$header/,/^$s\[/$key" "$1/pyproject.toml")
    echo "${named:-debian}"
}

# A line of nix.conf for this process and its children, on top of the user's.
nix_option() {
    NIX_CONFIG="${NIX_CONFIG:+$NIX_CONFIG
}$*"
    export NIX_CONFIG
}

# value NAME: what $shown, the output of `nix config show`, has for the setting.
value() {
    printf '%s\n' "$shown" | sed -n "s/^$1 = //p"
}

# What a Nix straight from a distribution's package lacks, and nothing else.
nix_configure() {
    # It is silent where nix-command is off, and then nothing is known to be set.
    shown=$(nix config show 2>/dev/null) || shown="build-users-group = nixbld"
    case " $(value experimental-features) " in
    *" flakes "*) ;;
    *) nix_option "extra-experimental-features = nix-command flakes" ;;
    esac
    # The rest is for who builds: not this user where there is a daemon, as Nix finds
    # it.
    [ -w /nix/var/nix ] || [ ! -S /nix/var/nix/daemon-socket/socket ] || return 0
    # Never build outside the sandbox in silence.
    [ "$(value sandbox-fallback)" = false ] || nix_option "sandbox-fallback = false"
    # The package nix-bin makes no build users; the sandbox's user namespace isolates
    # then.
    group=$(value build-users-group)
    [ "$(id -u)" -ne 0 ] || [ -z "$group" ] || getent group "$group" >/dev/null ||
        nix_option "build-users-group ="
}
