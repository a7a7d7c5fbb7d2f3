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

# installables ARGS…: those among a command's arguments, of this flake; fails where there is a word
# that could be something else.
installables() {
    found=
    for word; do
        case $word in
        -- | -c | --command) break ;;
        -f | --file | --expr | --stdin) return 1 ;;
        -*) ;;
        . | .#* | /nix/store/*) found="$found $word" ;;
        *) return 1 ;;
        esac
    done
    # shellcheck disable=SC2086 # one word an installable
    printf '%s\n' ${found:-.}
}

# derivations KIND INSTALLABLE: what `nix build` would build for it, or where there is an output of
# that KIND with the name, such as apps, for that.
derivations() {
    case $2 in
    *#*) flake=${2%%#*} name=${2#*#} ;;
    *) flake=$2 name=default ;;
    esac
    attribute="$flake#$1.x86_64-linux.$name"
    case $1 in
    apps) with_set eval --raw "$attribute.program" --apply \
        'text: builtins.concatStringsSep "\n" (builtins.attrNames (builtins.getContext text)) + "\n"' 2>/dev/null && return ;;
    devShells) with_set path-info --derivation "$attribute" 2>/dev/null && return ;;
    esac
    with_set path-info --derivation "$2"
}

# with_set COMMAND ARGS…: nix with the Debian set as the package set.
with_set() {
    nix "$@" --override-input "$input" "path:$set_path" --no-write-lock-file
}

# wanted_by COMMAND ARGS…: the derivations that it wants, one a line; fails where that is not known.
wanted_by() {
    command=$1
    shift
    case $command in
    eval | search | path-info | why-depends) return 0 ;;
    build | shell | bundle) kind=packages ;;
    run) kind=apps ;;
    develop | print-dev-env) kind=devShells ;;
    flake)
        [ "$1" = check ] || return 0
        # shellcheck disable=SC2016 # the names are Nix's
        with_set eval --raw .#checks.x86_64-linux --apply \
            'set: builtins.concatStringsSep "\n" (map (name: set.${name}.drvPath) (builtins.attrNames set)) + "\n"'
        return
        ;;
    *) return 1 ;;
    esac
    list=$(installables "$@") || return
    for installable in $list; do
        derivations "$kind" "$installable" || return
    done
}

# Names of what would have to be built or fetched for the command, also of sources; fails where that
# is not known.
names_of_needed() {
    list=$(wanted_by "$@") || return
    # shellcheck disable=SC2086 # one word a derivation
    [ -z "$list" ] || names_to_build $list
}

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
    [ -z "$1" ] || "$copy/lock" $1
    shift
    "$copy/fetch" lists
    add_set
    NEEDED=$copy/needed
    names_of_needed "$@" >"$NEEDED" 2>/dev/null || NEEDED= # not known: everything
    export NEEDED
    "$copy/fetch" files
    rm "$copy/needed"
    add_set # with the lock that was made anew meanwhile
    rm -rf "$copy"
    trap - EXIT HUP INT TERM
}

run_with_debian() {
    say "using the template's Debian set ($why; NIXW_SET=nixpkgs forces the other)"
    nix_without_default_cache
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

# ./nixw relock [packages | wheels [NAME]]: the Debian set's locks anew, with what is served now; with
# a name that wheel, and others only where they must.
relock() {
    NIXW_SET=debian
    choose_set
    nix_without_default_cache
    input=none
    debian_set "$*" eval
}

nix_configure
if [ "$1" = relock ]; then
    shift
    relock "${@:-all}"
    exit
fi
if takes_flake "$@"; then
    choose_set
    [ "$NIXW_SET" != debian ] || run_with_debian "$@"
    say "using nixpkgs ($why)"
fi
exec nix "$@"
