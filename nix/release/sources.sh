# shellcheck shell=bash
# Copies everything that was fetched for the images to a store: sources STORE. Who has
# that and the tree builds the same images when nobody serves those versions any more.

case "$#:${1:-}" in
1:*://*) ;;
*) fail "give it the address of a store, such as: sources file:///srv/sources" ;;
esac
# In nixw's container, what is not mounted is lost with it.
folder=${1#file://} folder=${folder%%\?*}
until [ -e "$folder" ] || [[ $folder != /* ]]; do folder=$(dirname "$folder"); done
[ -z "${NIXW_INSIDE:-}" ] || [[ $1 != file:* ]] || [ "$(stat -c %m "$folder")" != / ] ||
    fail "the container does not have that folder:" \
        "NIXW_OPTIONS=\"--volume FOLDER:FOLDER\"."
# Without a word it would be xz, which took 60 times as long for the same size.
case $1 in *\?*) ;; *) set -- "$1?compression=zstd" ;; esac
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# shellcheck disable=SC2086 # several words
nix-store --query --requisites $DERIVATIONS | grep '\.drv$' | fetched |
    xargs nix-store --realise >"$work/paths" ||
    fail "not everything that the images are made of could be fetched;" \
        "the words above say what."
sort -u "$work/paths" | xargs nix copy --to "$1" ||
    fail "$1 does not have everything; the words above say why."
say "$1 has the $(sort -u "$work/paths" | wc -l) files that the images are made of"
