# shellcheck shell=bash
# Sourced with the program `sources`: Nix for it, which the sandbox has not. What it
# fetches has the name of its derivation.
export sources=$1
find /nix/store -maxdepth 1 -name '*.drv' >derivations
mkdir bin
cat >bin/nix-store <<'NIX'
#!/usr/bin/env bash
case $1 in
--query) cat derivations ;;
--realise) [ -z "${UNFETCHED:-}" ] && printf '%s\n' "${@:2}" ;;
esac
NIX
cat >bin/nix <<'NIX'
#!/usr/bin/env bash
[ -z "${UNCOPIED:-}" ] &&
    [ "$1 $2 $3" = "copy --to file:///srv/sources?compression=zstd" ] &&
    printf '%s\n' "${@:4}" >>copied
NIX
sed -i "1s|.*|#!$BASH|" bin/*
chmod +x bin/*
export PATH="$PWD/bin:$PATH"

# fails SENTENCE PROGRAM [ARGUMENT…]: without a change.
fails() {
    local sentence=$1 words
    shift
    rm -f copied
    ! words=$("$@" 2>&1) && [ ! -e copied ] && grep -F "$sentence" <<<"$words"
}
export -f fails
