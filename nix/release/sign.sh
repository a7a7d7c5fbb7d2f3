# shellcheck shell=bash
# Signs the images that `push` brought, by their digests, and attaches the SBOMs of all
# their architectures, signed, too: sign REGISTRY/PREFIX [OPTIONS of cosign]. COSIGN_KEY
# or --key= names the key, COSIGN_PASSWORD has its password.

# No service but the registry is asked. cosign 3 has that from files, cosign 2 from a
# flag.
choose_services() {
    if cosign signing-config create --out "$work/services" 2>/dev/null; then
        cosign trusted-root create --out "$work/roots"
        services=(--signing-config "$work/services" --trusted-root "$work/roots")
    else
        services=(--tlog-upload=false)
    fi
}

# cosign's words are many; they are shown where it fails.
ask_cosign() {
    local command=$1
    shift
    cosign "$command" --yes "${services[@]}" "$@" >"$work/words" 2>&1 || {
        cat "$work/words" >&2
        return 1
    }
}

sign_image() {
    local name=$1 image=$2 documents
    shift 2
    # It looks the image up, and takes with an index all that this names.
    ask_cosign sign --recursive "$@" "$image" || fail_unsigned "$image"
    # Those of an earlier run go.
    local replace=true
    for documents in $SBOMS; do
        ask_cosign attest "$@" --replace="$replace" --type cyclonedx \
            --predicate "$documents/$name.cdx.json" "$image" || fail_unsigned "$image"
        replace=false
    done
    echo "$image"
}

fail_unsigned() {
    fail "$1 could not be signed; the words above say why." \
        "\`push\` must have brought it, COSIGN_KEY name the key," \
        "and COSIGN_PASSWORD be its password."
}

is_prefix "${1:-}" ||
    fail "give it what you gave to push, such as: sign registry.example.com/team"
prefix=$1
shift
# What is no option would be another image.
for word; do
    [[ $word = -* ]] ||
        fail "$word is no option: write an option's value as --NAME=VALUE."
done
[ -z "${COSIGN_KEY:-}" ] || set -- --key "$COSIGN_KEY" "$@"
[[ " $*" = *" --key"* ]] ||
    fail "COSIGN_KEY names no key, such as a file that" \
        "\`cosign generate-key-pair\` made."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
choose_services
while read -r name repository _; do
    sign_image "$name" "$prefix/$repository@$(digest_of "$name")" "$@"
done <"$IMAGES/list"
