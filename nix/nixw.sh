#!/bin/sh
# nixw.sh ROOT TEMPLATE ARGS…: the work of nixw, which has found both trees.
set -eu
root=$1 template=$2
shift 2
. "$template/nix/common.sh"

is_debian_13() {
    command -v apt-get >/dev/null && [ -n "$(machine_architecture)" ] &&
        grep -q '^VERSION_CODENAME=trixie$' /etc/os-release
}

# The tree names its set, so that a commit has the same images everywhere; NIXW_SET
# names another for one command.
choose_set() {
    named=$(set_of "$root")
    set=${NIXW_SET:-$named}
    case $set in
    nixpkgs | debian) ;;
    *) fail "the package set is '$set' (NIXW_SET, or packages in pyproject.toml)," \
        "but must be nixpkgs or debian." ;;
    esac
    [ "$set" = nixpkgs ] || is_debian_13 ||
        fail "the Debian set needs Debian 13 on x86_64 or arm64, as ./nixw finds it" \
            "in a container. One that is older than this template does not:" \
            "NIXW_SET=nixpkgs ./nixw run .#files writes the newer one," \
            "or copy it from $template/nixw."
    [ "$set" = debian ] || [ -z "${NIXW_NIXPKGS:-}" ] ||
        fail "NIXW_NIXPKGS mixes the Debian set with a tree of nixpkgs:" \
            "set NIXW_SET=debian, too."
    [ "$set" = "$named" ] ||
        say "with the package set $set for this command (NIXW_SET);" \
            "pyproject.toml names $named"
    export NIXW_SET="$set"
}

# Whether the sub-command takes a flake, so that an input can be overridden.
takes_flake() {
    case "$1" in
    build | bundle | copy | develop | eval | fmt | log | path-info | print-dev-env) ;;
    repl | run | search | shell | why-depends) ;;
    derivation) [ "${2:-}" = show ] ;;
    flake)
        case "${2:-}" in
        archive | check | info | metadata | show) ;;
        *) return 1 ;;
        esac
        ;;
    *) return 1 ;;
    esac
}

# Nix sees only what git knows. Tells which other files a build would read.
report_untracked() {
    unknown=$(git -C "$root" ls-files --others --exclude-standard -- \
        src system-tests monitoring backup bench chassis debian-set deploy nix tests \
        pyproject.toml flake.nix flake.lock '*.lock.json' requirements.txt ':!*.md' \
        2>/dev/null) || return 0
    [ -n "$unknown" ] || return 0
    count=$(printf '%s\n' "$unknown" | wc -l)
    [ "$count" -le 5 ] || more=" and $((count - 5)) more"
    say "no build sees these files until you \`git add\` them:" \
        "$(printf '%s\n' "$unknown" | head -n 5 | paste -s -d ' ')${more:-}"
}

# debian_set ARGS…: what the Debian set needs is done in its own folder.
debian_set() {
    exec "$template/debian-set/nixw.sh" "$root" "$template" "$@"
}

nix_configure
case $1 in
--help | --version) ;;
-*) fail "write the command before its options: ./nixw build $1 …" ;;
esac
if [ "$1" = relock ]; then
    NIXW_SET=debian
    choose_set
    debian_set "$@"
fi
if takes_flake "$@"; then
    report_untracked
    choose_set
    # A release is of what is committed.
    case "$* " in
    "run "*"#push "* | "run "*"#sign "* | "run "*"#verify "* | "run "*"#sources "* | \
        "run "*"#attest "*)
        export NIXW_RELOCK=no
        ;;
    esac
    [ "$NIXW_SET" = nixpkgs ] || debian_set "$@"
fi
exec nix "$@"
