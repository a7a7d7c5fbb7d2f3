#!/bin/sh
# nixw.sh ROOT TEMPLATE ARGS…: the work of nixw, which has found both trees.
set -eu
root=$1 template=$2
shift 2
. "$template/nix/debian/common.sh"

# The revision and the hash of the flake's nixpkgs.
pinned_nixpkgs() {
    LOCK="$root/flake.lock" nix eval --impure --raw --file "$template/nix/pinned-nixpkgs.nix"
}

# The pinned nixpkgs is in the store, or one small file of it comes within five seconds.
nixpkgs_answers() {
    pinned=$(pinned_nixpkgs) || fail "flake.lock pins no nixpkgs of GitHub to ask for; choose the set with NIXW_SET=nixpkgs or NIXW_SET=debian."
    source=$(nix-store --print-fixed-path --recursive sha256 "${pinned#* }" source 2>/dev/null) &&
        nix-store --check-validity "$source" 2>/dev/null && return
    timeout 5 nix eval --impure --raw --option download-attempts 1 --option connect-timeout 3 --expr \
        "builtins.readFile (builtins.fetchurl \"https://raw.githubusercontent.com/NixOS/nixpkgs/${pinned% *}/.version\")" \
        >/dev/null 2>&1
}

is_debian_13() {
    command -v apt-get >/dev/null && [ "$(uname -m)" = x86_64 ] && grep -q '^VERSION_CODENAME=trixie$' /etc/os-release
}

choose_set() {
    case "${NIXW_SET:-}" in
    nixpkgs | debian) set=$NIXW_SET why="NIXW_SET=$NIXW_SET" ;;
    "")
        # Without a choice there is nothing to ask: nixpkgs may be slow.
        if ! is_debian_13; then
            set=nixpkgs why="the other set needs Debian 13 on x86_64"
        elif nixpkgs_answers; then
            set=nixpkgs why="it is reached"
        else
            set=debian why="nixpkgs is not reached"
        fi
        ;;
    *) fail "NIXW_SET is '$NIXW_SET', but must be nixpkgs or debian." ;;
    esac
    [ "$set" = nixpkgs ] || is_debian_13 ||
        fail "the Debian set needs Debian 13 on x86_64; leave NIXW_SET unset elsewhere."
    export NIXW_SET="$set"
}

# Whether the sub-command takes a flake, so that an input can be overridden.
takes_flake() {
    case "$1" in
    build | bundle | develop | eval | fmt | path-info | print-dev-env | repl | run | search | shell | why-depends) ;;
    flake) case "${2:-}" in archive | check | info | metadata | show) ;; *) return 1 ;; esac ;;
    *) return 1 ;;
    esac
}

# debian_set [LOCKS]: the Debian set as a store path, which is the template's with the root's locks
# laid over it; first these locks are made anew, if any are named.
debian_set() {
    copy=$(mktemp -d)
    trap 'rm -rf "$copy"' EXIT
    trap 'exit 1' HUP INT TERM
    cp -r "$template/nix/debian/." "$copy"
    chmod -R u+w "$copy"
    export ROOT="$root" TEMPLATE="$template"
    "$copy/bring-locks"
    [ $# -eq 0 ] || "$copy/lock" "$1"
    "$copy/fetch"
    set_path=$(nix store add-path --name debian-set "$copy")
    rm -rf "$copy"
    trap - EXIT HUP INT TERM
}

run_with_debian() {
    say "using the template's Debian set ($why; NIXW_SET=nixpkgs forces the other)"
    nix_without_default_cache
    nix_option "max-jobs = auto"
    debian_set
    [ "$root" = "$template" ] && input=nixpkgs || input=template/nixpkgs
    command=$1
    shift
    if [ "$command" = flake ]; then
        command="$command $1"
        shift
    fi
    # shellcheck disable=SC2086 # one or two words
    exec nix $command --override-input "$input" "path:$set_path" "$@"
}

# ./nixw relock [debs|wheels]: the Debian set's locks anew, with what is served now.
relock() {
    NIXW_SET=debian
    choose_set
    nix_without_default_cache
    debian_set "$@"
}

nix_configure
if [ "$1" = relock ]; then
    shift
    relock "${1:-all}"
    exit
fi
if takes_flake "$@"; then
    choose_set
    [ "$NIXW_SET" != debian ] || run_with_debian "$@"
    say "using nixpkgs ($why)"
fi
exec nix "$@"
