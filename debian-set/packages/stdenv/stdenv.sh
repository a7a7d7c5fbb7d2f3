# shellcheck shell=busybox disable=SC2154
# Builder of stdenv.nix.
mkdir "$out"
sed "s|@tools@|$tools|" "$setup" >"$out/setup"
