# shellcheck shell=bash
# Sourced for the cases of nixw: a tree with it, and an engine that writes what it was
# asked to do.
mkdir -p bin beside/tree
cp "$NIXW" beside/tree/nixw
printf '[project]\n[tool.template]\npackages = "debian" # as here\n' \
    >beside/tree/pyproject.toml
cat >bin/docker <<'ENGINE'
#!/usr/bin/env bash
case $1 in
info) echo "${ENGINE_INFO:-{\}}" ;;
build) cat >built ;;
image) [ -n "${ENGINE_HAS_IMAGE:-}" ] ;;
context) [ -z "${ENGINE_VERSION:-}" ] && echo unix:///nonexistent ;;
--version) echo "${ENGINE_VERSION:-Docker version 26.1.5}" ;;
run) printf '%s\n' "$@" >asked ;;
esac
ENGINE
sed -i "1s|.*|#!$BASH|" bin/docker
chmod +x bin/docker beside/tree/nixw
export HOME=$PWD

# nixw WORD…: that tree's, where an engine answers.
nixw() {
    PATH="$PWD/bin:$PATH" "$BASH" beside/tree/nixw "$@"
}

# refused SENTENCE COMMAND…
refused() {
    local sentence=$1
    shift
    ! "$@" 2>words && grep -F "$sentence" words
}

# follows FIRST SECOND: whether a line of what the engine was asked follows another.
follows() {
    grep -x -A 1 -e "$1" asked | grep -x -e "$2"
}
export -f nixw refused follows
