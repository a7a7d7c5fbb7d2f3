#!/bin/sh
# nixw.sh ROOT TEMPLATE ARGS…: `nix ARGS…` with the Debian set, after what they need of its files
# was fetched; or `relock …`. Run by the nixw.sh of the template.
set -eu
root=$1 template=$2
shift 2
. "$template/nix/common.sh"
. "$template/nix/debian/fetch/wanted.sh"

add_set() {
    set_path=$(nix store add-path --name debian-set "$copy")
}

# debian_set LOCKS COMMAND ARGS…: the Debian set as a store path, which is the template's with the
# root's locks laid over it, and in the store what the command needs of its files. LOCKS are made
# anew first, if any are named.
debian_set() {
    copy=$(mktemp -d)
    trap 'rm -rf "$copy"' EXIT
    trap 'exit 1' HUP INT TERM
    cp -r "$template/nix/debian/." "$copy"
    chmod -R u+w "$copy"
    export ROOT="$root" TEMPLATE="$template"
    for lock in debian-packages.lock.json debian-wheels.lock.json; do
        # A root without locks begins with the template's.
        [ -e "$root/$lock" ] || cp --no-preserve=mode "$template/$lock" "$root/$lock"
        cp "$root/$lock" "$copy/$lock"
    done
    # shellcheck disable=SC2086 # one word an argument
    [ -z "$1" ] || "$copy/fetch/lock" $1
    shift
    "$copy/fetch/fetch" lists
    add_set
    NEEDED=$copy/needed
    names_of_needed "$@" >"$NEEDED" 2>/dev/null || NEEDED= # not known: everything
    export NEEDED
    "$copy/fetch/fetch" files
    rm "$copy/needed"
    add_set # with the lock that was made anew meanwhile
    rm -rf "$copy"
    trap - EXIT HUP INT TERM
}

# No binary cache has the Debian set: ask none, unless the user set one.
without_default_cache() {
    [ "$(nix config show substituters)" != "https://cache.nixos.org/" ] ||
        nix_option "substituters ="
}

# run COMMAND ARGS…: nix with the Debian set in place of nixpkgs.
run() {
    nix_option "max-jobs = auto"
    [ "$root" = "$template" ] && input=nixpkgs || input=template/nixpkgs
    debian_set "" "$@"
    command=$1
    shift
    if [ "$command" = flake ]; then
        command="$command $1"
        shift
    fi
    # shellcheck disable=SC2086 # one or two words
    exec nix $command --override-input "$input" "path:$set_path" "$@"
}

without_default_cache
case $1 in
relock)
    shift
    input=none
    debian_set "${*:-all}" eval
    ;;
*) run "$@" ;;
esac
