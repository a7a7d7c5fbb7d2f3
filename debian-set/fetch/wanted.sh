# shellcheck shell=sh disable=SC2154
# Sourced by ../nixw.sh, which sets $root and $overrides, and by fetch: which files a
# command needs.

system=$(uname -m)-linux

# installables ARGS…: those among a command's arguments, of this flake; fails where
# there is a word that could be something else.
installables() {
    found=
    while [ $# -gt 0 ]; do
        case $1 in
        -- | -c | --command) break ;;
        -f | --file | --expr | --stdin) return 1 ;;
        -o | --out-link | -j | --max-jobs | --cores | --log-format | --profile) shift ;;
        --option | --override-input) shift 2 ;;
        --to | --from) shift ;;
        -*) ;;
        . | .#* | ./#* | "$root#"* | /nix/store/*) found="$found $1" ;;
        *) return 1 ;;
        esac
        shift
    done
    # shellcheck disable=SC2086 # one word an installable
    printf '%s\n' ${found:-.}
}

# derivations KIND INSTALLABLE: what `nix build` would build for it, or where there is
# an output of that KIND with the name, such as apps, for that.
derivations() {
    case $2 in
    *#*) flake=${2%%#*} name=${2#*#} ;;
    *) flake=$2 name=default ;;
    esac
    attribute="$flake#$1.$system.$name"
    case $1 in
    apps)
        with_set eval --raw "$attribute.program" --apply '
            text:
            builtins.concatStringsSep "\n" (builtins.attrNames (builtins.getContext text)) + "\n"
        ' 2>/dev/null && return
        ;;
    devShells) with_set path-info --derivation "$attribute" 2>/dev/null && return ;;
    esac
    with_set path-info --derivation "$2"
}

# with_set COMMAND ARGS…: nix with the Debian set as the package set.
with_set() {
    # shellcheck disable=SC2086 # some words
    nix "$@" $overrides --no-write-lock-file
}

# wanted_by COMMAND ARGS…: the derivations that it wants, one a line; fails where that
# is not known.
wanted_by() {
    command=$1
    shift
    case $command in
    derivation | eval | log | search | path-info | why-depends) return 0 ;;
    fmt)
        with_set path-info --derivation ".#formatter.$system"
        return
        ;;
    build | copy | shell | bundle) kind=packages ;;
    run) kind=apps ;;
    develop | print-dev-env) kind=devShells ;;
    flake)
        [ "$1" = check ] || return 0
        # shellcheck disable=SC2016 # the names are Nix's
        with_set eval --raw ".#checks.$system" --apply '
            set:
            let
              paths = map (name: set.${name}.drvPath) (builtins.attrNames set);
            in
            builtins.concatStringsSep "\n" paths + "\n"'
        return
        ;;
    *) return 1 ;;
    esac
    list=$(installables "$@") || return
    for installable in $list; do
        # What does not evaluate needs nothing: Nix will tell why.
        derivations "$kind" "$installable" || true
    done
}

# Names of what would have to be built or fetched for the command, also of sources;
# fails where that is not known.
names_of_needed() {
    list=$(wanted_by "$@") || return
    [ -n "$list" ] || return 0
    # shellcheck disable=SC2086 # one word a derivation
    if takes_sources "$@"; then names_of_all $list; else names_to_build $list; fi
}

# takes_sources COMMAND ARGS…: whether it takes all that was fetched, also for what is
# built already.
takes_sources() {
    case "$* " in "run "*"#attest "* | "run "*"#sources "*) ;; *) return 1 ;; esac
}

# names_of_all DERIVATION…: of those, and of all that they are made of.
names_of_all() {
    nix-store --query --requisites "$@" |
        sed -n 's|^/nix/store/[a-z0-9]*-\(.*\)\.drv$|\1|p'
}

# names_to_build DERIVATION…: of those, and of all that they need, the names that the
# store lacks.
names_to_build() {
    nix-store --realise --dry-run "$@" 2>&1 |
        sed -n 's|.*/nix/store/[a-z0-9]*-\(.*\)\.drv$|\1|p'
}
