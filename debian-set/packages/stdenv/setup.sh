# shellcheck shell=bash
# What nixpkgs's stdenv gives a build: tools on PATH, fixed times, no home.
export PATH=${inputs:+$inputs:}@tools@
export HOME=/homeless-shelter SOURCE_DATE_EPOCH=315532800 TZ=UTC
