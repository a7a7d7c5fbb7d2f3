#!/bin/sh
# nixw.sh ROOT TEMPLATE ARGS…: `nix ARGS…` with the Debian set, after what they need of
# its files was fetched; or `relock …`. Run by the nixw.sh of the template.
set -eu
root=$1 template=$2
shift 2
. "$template/nix/common.sh"
. "$template/debian-set/fetch/wanted.sh"

locks="debian-packages.lock.json debian-packages-arm64.lock.json python.lock.json"

# Whether this kernel lets a user say which program starts those of another architecture
# (emulation/).
emulates() {
    directory=$(mktemp -d)
    unshare --user --map-root-user --mount mount -t binfmt_misc none \
        "$directory" 2>/dev/null &&
        emulates=true || emulates=false
    rmdir "$directory"
    echo "$emulates"
}

# The lock of Python packages had another name.
rename_lock() {
    old=$root/debian-wheels.lock.json
    [ -e "$old" ] && [ ! -e "$root/python.lock.json" ] || return 0
    git -C "$root" mv "$old" "$root/python.lock.json" 2>/dev/null ||
        mv "$old" "$root/python.lock.json"
    say "debian-wheels.lock.json is called python.lock.json now; please commit that."
}

# make_copy: $copy becomes the template's Debian set, with the root's locks laid over
# it. A root without locks begins with the template's.
make_copy() {
    copy=$(mktemp -d) || fail "TMPDIR must be a folder that you may write."
    trap 'rm -rf "$copy"' EXIT
    trap 'exit 1' HUP INT TERM
    cp -r "$template/debian-set/." "$copy"
    chmod -R u+w "$copy"
    printf '{"system": "%s-linux", "emulates": %s}\n' "$(uname -m)" "$(emulates)" \
        >"$copy/machine.json"
    export ROOT="$root" TEMPLATE="$template"
    rename_lock
    for lock in $locks; do
        if [ -e "$root/$lock" ]; then
            cp "$root/$lock" "$copy/$lock"
        elif [ -e "$template/$lock" ]; then
            cp --no-preserve=mode "$template/$lock" "$copy/$lock"
            cp "$copy/$lock" "$root/$lock" ||
                fail "$root must be writable for its lock files."
        fi
    done
}

# Whether the file exists and is a lock.
is_lock() {
    LOCK="$1" nix eval --impure --expr \
        '(builtins.fromJSON (builtins.readFile (builtins.getEnv "LOCK"))).files != [ ]'
}

# What is missing, or is no lock, such as after a conflict of git, is made anew from
# nothing.
forgive_locks() {
    for lock in $locks; do
        is_lock "$copy/$lock" >/dev/null 2>&1 ||
            echo '{"list": "", "files": []}' >"$copy/$lock"
    done
}

# mix_with_nixpkgs: where NIXW_NIXPKGS names a tree of it, the copy becomes the hybrid
# of both sets (hybrid/), and $nixpkgs is the tree in the store.
mix_with_nixpkgs() {
    nixpkgs=${NIXW_NIXPKGS:-}
    [ -n "$nixpkgs" ] || return 0
    { [ -e "$nixpkgs/pkgs/top-level/default.nix" ] && [ -e "$nixpkgs/flake.nix" ]; } ||
        fail "NIXW_NIXPKGS is '$nixpkgs', but must be a folder with a tree of nixpkgs."
    case $nixpkgs in
    /nix/store/*) ;;
    *) nixpkgs=$(nix store add-path --name source "$nixpkgs") ;;
    esac
    cp "$copy/hybrid/flake.nix" "$copy/flake.nix"
    say "mixing it with nixpkgs's own code (NIXW_NIXPKGS)"
}

# Nix warns that $overrides modify the tree's flake.lock. Given a lock that has the set
# in place of nixpkgs already, it finds nothing modified.
lock_with_set() {
    # shellcheck disable=SC2086 # some words
    (cd "$root" &&
        nix flake lock $overrides --output-lock-file "$copy/flake.lock") 2>/dev/null ||
        return 0 # the command says why
    lock=$(nix store add-path --name flake.lock "$copy/flake.lock") || return
    overrides="$overrides --reference-lock-file $lock"
}

# fetch_needed COMMAND ARGS…: into the store what the command needs of the set's files,
# and the set itself; $overrides puts it in place of nixpkgs. Exit status 75 where a
# lock was made anew meanwhile.
fetch_needed() {
    set_path=$(nix store add-path --name debian-set "$copy") || return
    # In a store elsewhere (NIX_REMOTE), Nix finds it by its real place alone.
    [ -e "$set_path" ] || set_path=${NIX_REMOTE:-}$set_path
    overrides="--override-input $input path:$set_path"
    [ -z "$nixpkgs" ] ||
        overrides="$overrides --override-input $input/nixpkgs path:$nixpkgs"
    lock_with_set
    needed=$(mktemp)
    NEEDED=$needed
    names_of_needed "$@" >"$NEEDED" 2>/dev/null || NEEDED= # not known: everything
    export NEEDED
    status=0
    "$copy/fetch/fetch" files || status=$?
    rm -f "$needed"
    return "$status"
}

# No binary cache has the Debian set: ask none, unless the user set one.
without_default_cache() {
    [ "$(nix config show substituters)" != "https://cache.nixos.org/" ] ||
        nix_option "substituters ="
}

# run COMMAND ARGS…: nix with the Debian set in place of nixpkgs.
run() {
    nix_option "max-jobs = $((3 * $(nproc)))" # checks wait for long
    nix_option "warn-dirty = false" # who edits a tree knows
    [ "$root" = "$template" ] && input=nixpkgs || input=template/nixpkgs
    make_copy
    mix_with_nixpkgs
    "$copy/fetch/fetch" lists
    fetch_needed "$@" || {
        [ $? -eq 75 ] || exit 1
        export NIXW_RELOCKED=1
        fetch_needed "$@" || exit 1
    }
    rm -rf "$copy"
    trap - EXIT HUP INT TERM
    unset ROOT TEMPLATE NEEDED NIXW_RELOCKED
    command=$1
    shift
    case $command in
    derivation | flake)
        command="$command $1"
        shift
        ;;
    esac
    # shellcheck disable=SC2086 # some words
    exec nix $command $overrides "$@"
}

without_default_cache
if [ "$1" = relock ]; then
    shift
    make_copy
    forgive_locks
    "$copy/fetch/lock" "$@"
else
    run "$@"
fi
