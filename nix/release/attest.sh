# shellcheck shell=bash disable=SC2154 # cosign.sh sets what is read
# A second builder's word: builds the images of a release again, from source and without
# a cache, compares them with those of the registry, and signs for each that is the same
# what it was built from: attest REGISTRY/PREFIX [OPTIONS of cosign]. COSIGN_KEY or
# --key= names the builder's own key.

work=$(mktemp -d)
trap 'chmod -R u+w "$work" && rm -rf "$work"' EXIT
read_arguments "$@"
choose_services
verify_options=()
[[ " ${options[*]}" != *" --allow-"* ]] || verify_options=(--tls-verify=false)
"$VERIFY" "${verify_options[@]}" "$prefix" >&2 ||
    fail "nothing was signed: the registry must have the images that this tree builds." \
        "--allow-http-registry is for a registry without TLS."
say "building everything again, in an empty store" >&2
# shellcheck disable=SC2086 # several words
rebuild "$work/store" $DERIVATIONS || {
    cat "$work/words" >&2
    fail "nothing was signed: what the words above name could not be built again."
}
read_hashes "$work/store" ||
    fail "nothing was signed: the two stores could not be compared."
differences=$(report_differences) ||
    fail "nothing was signed: built again, other contents came to" \
        "${differences//$'\n'/ }."
write_provenance "built again in an empty store, without a cache"
while read -r name repository _; do
    image=$prefix/$repository@$(digest_of "$name")
    attest_builds "$name" "$image"
    echo "$image"
done <"$IMAGES/list"
