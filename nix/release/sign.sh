# shellcheck shell=bash disable=SC2154 # cosign.sh sets what is read
# Signs the images that `push` brought, by their digests, and attaches what is told of
# them, signed, too: what they were built from, SBOMs, and vulnerabilities that do not
# affect them: sign REGISTRY/PREFIX [OPTIONS of cosign]. COSIGN_KEY or --key= names the
# key, COSIGN_PASSWORD has its password.

# attach IMAGE TYPE FILE…: with cosign 2 in place of what it has of this type.
attach() {
    local image=$1 type=$2 file replace=true
    shift 2
    ! are_attached "$image" "$type" "$@" || return 0
    for file; do
        ask_cosign attest --replace="$replace" --type "$type" \
            --predicate "$file" "$image"
        replace=false
    done
}

sign_image() {
    local name=$1 repository=$2 image sboms
    image=$prefix/$repository@$(digest_of "$name")
    # It looks the image up, and takes with an index all that this names.
    ask_cosign sign --recursive --annotations "image=$repository" \
        --annotations "version=$VERSION" --annotations "revision=$revision" "$image"
    sboms=("$DOCUMENTS/$name".*.cdx.json)
    attach "$image" cyclonedx "${sboms[@]}"
    [ ! -e "$DOCUMENTS/$name.openvex.json" ] ||
        attach "$image" openvex "$DOCUMENTS/$name.openvex.json"
    attest_builds "$name" "$image"
    echo "$image"
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
read_arguments "$@"
choose_services
write_provenance "built, or taken from a cache that Nix trusts"
while read -r name repository _; do
    sign_image "$name" "$repository"
done <"$IMAGES/list"
