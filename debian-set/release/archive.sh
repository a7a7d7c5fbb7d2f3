#!/bin/sh
# What this machine's Debian archive has of packages, through the apt of the Debian set:
#
#   archive.sh NAMES DIRECTORY
#
# For each name in the file NAMES it writes a line NAME VERSION to DIRECTORY/candidates,
# and for each package of the archive a line SOURCE VERSION NAME BYTES to
# DIRECTORY/sources. Then it takes names from standard input, one a line, and answers
# each with the path of its .deb, or an empty line.
#
# FETCH names the set's folder fetch/, COMMON the file common.sh.
set -eu
names=$1 directory=$2 here=$FETCH
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
# shellcheck source=../../nix/common.sh
. "$COMMON"
# shellcheck source=../fetch/apt.sh
. "$FETCH/apt.sh"

architecture=$(machine_architecture)
apt_setup
apt_add_release_before
: >"$apt/status" # what the set assumes to be there is not asked for
apt-cache policy | grep -q 'l=Debian-Security' ||
    fail "this machine's apt sources have no security archive of Debian:" \
        "nothing can be told."
# shellcheck disable=SC2046 # one word a package
apt-cache policy $(cat "$names") |
    awk '/^[^ ]/ { sub(/:$/, ""); name = $0 }
        $1 == "Candidate:" && $2 != "(none)" { print name, $2 }' \
        >"$directory/candidates"
apt-cache dumpavail |
    awk '/^Package: / { name = $2; source = ""; from = "" }
        /^Version: / { version = $2 }
        /^Source: / { source = $2; from = $3; gsub(/[()]/, "", from) }
        /^Size: / { bytes = $2 }
        /^$/ { print source ? source : name, from ? from : version, name, bytes }
    ' >"$directory/sources"
echo ready
while read -r name; do
    rm -rf "${work:?}/$name" # asked for before, by a package that shares its changelog
    mkdir "$work/$name"
    (cd "$work/$name" && apt-get -qq download "$name" >"$work/download.log" 2>&1) ||
        true
    find "$work/$name" -name '*.deb'
    echo
done
