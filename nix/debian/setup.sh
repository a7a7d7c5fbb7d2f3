# What nixpkgs's stdenv gives a buildCommand: strict shell, PATH, fixed times.
set -euo pipefail
export PATH=$path HOME=/homeless-shelter SOURCE_DATE_EPOCH=315532800 TZ=UTC
unset path
eval "$(<"$buildCommandPath")"
