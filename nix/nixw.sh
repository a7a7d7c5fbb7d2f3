#!/bin/sh
# nixw.sh ROOT TEMPLATE ARGS…: the work of nixw, which has found both trees.
set -eu
root=$1 template=$2
shift 2
. "$template/nix/common.sh"

# The revision and the hash of the flake's nixpkgs.
pinned_nixpkgs() {
    LOCK="$root/flake.lock" nix eval --impure --raw --file "$template/nix/pinned-nixpkgs.nix"
}

# The pinned nixpkgs is in the store, or one small file of it comes within five seconds.
nixpkgs_answers() {
    pinned=$(pinned_nixpkgs) ||
        fail "flake.lock pins no nixpkgs of GitHub to ask for;" \
            "choose the set with NIXW_SET=nixpkgs or NIXW_SET=debian."
    source=$(nix-store --print-fixed-path --recursive sha256 "${pinned#* }" source 2>/dev/null) &&
        nix-store --check-validity "$source" 2>/dev/null && return
    file="https://raw.githubusercontent.com/NixOS/nixpkgs/${pinned% *}/.version"
    timeout 5 nix eval --impure --raw --option download-attempts 1 --option connect-timeout 3 \
        --expr "builtins.readFile (builtins.fetchurl \"$file\")" >/dev/null 2>&1
}

is_debian_13() {
    command -v apt-get >/dev/null && [ -n "$(machine_architecture)" ] &&
        grep -q '^VERSION_CODENAME=trixie$' /etc/os-release
}

choose_set() {
    case "${NIXW_SET:-}" in
    nixpkgs | debian) set=$NIXW_SET why="NIXW_SET=$NIXW_SET" ;;
    "")
        # Without a choice there is nothing to ask: nixpkgs may be slow.
        if ! is_debian_13; then
            set=nixpkgs why="the other set needs Debian 13 on x86_64 or arm64"
        elif nixpkgs_answers; then
            set=nixpkgs why="it is reached"
        else
            set=debian why="nixpkgs is not reached"
        fi
        ;;
    *) fail "NIXW_SET is '$NIXW_SET', but must be nixpkgs or debian." ;;
    esac
    [ "$set" = nixpkgs ] || is_debian_13 ||
        fail "the Debian set needs Debian 13 on x86_64 or arm64; leave NIXW_SET unset elsewhere."
    [ "$set" = debian ] || [ -z "${NIXW_NIXPKGS:-}" ] ||
        fail "NIXW_NIXPKGS mixes the Debian set with a tree of nixpkgs: set NIXW_SET=debian, too."
    export NIXW_SET="$set"
}

# Whether the sub-command takes a flake, so that an input can be overridden.
takes_flake() {
    case "$1" in
    build | bundle | develop | eval | fmt | path-info | print-dev-env) ;;
    repl | run | search | shell | why-depends) ;;
    flake) case "${2:-}" in archive | check | info | metadata | show) ;; *) return 1 ;; esac ;;
    *) return 1 ;;
    esac
}

# Nix sees only what git knows. Tells which other files a build would read.
tell_untracked() {
    unknown=$(git -C "$root" ls-files --others --exclude-standard -- src system-tests monitoring \
        chassis nix tests bench pyproject.toml flake.nix flake.lock ':!*.md' 2>/dev/null) ||
        return 0
    [ -n "$unknown" ] || return 0
    count=$(printf '%s\n' "$unknown" | wc -l)
    [ "$count" -le 5 ] || more=" and $((count - 5)) more"
    say "no build sees these files until you \`git add\` them:" \
        "$(printf '%s\n' "$unknown" | head -n 5 | paste -s -d ' ')${more:-}"
}

# debian_set ARGS…: what the Debian set needs is done in its own folder.
debian_set() {
    exec "$template/nix/debian/nixw.sh" "$root" "$template" "$@"
}

nix_configure
if [ "$1" = relock ]; then
    NIXW_SET=debian
    choose_set
    debian_set "$@"
fi
if takes_flake "$@"; then
    tell_untracked
    choose_set
    if [ "$NIXW_SET" = debian ]; then
        say "using the template's Debian set ($why; NIXW_SET=nixpkgs forces the other)"
        debian_set "$@"
    fi
    say "using nixpkgs ($why)"
fi
exec nix "$@"
