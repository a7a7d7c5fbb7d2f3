# shellcheck shell=bash disable=SC2034,SC2154 # others set and read the variables
# What `sign` and `attest` ask cosign for. Options of cosign follow the prefix.

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
    cosign "$command" --yes --key "$key" "${services[@]}" "${options[@]}" \
        "$@" >"$work/words" 2>&1 || {
        cat "$work/words" >&2
        fail "${*: -1} could not be signed; the words above say why." \
            "\`push\` must have brought it, and the registry let you write."
    }
}

# read_options OPTION…: $options, and $key, which one of them or COSIGN_KEY names.
read_options() {
    local word
    key=${COSIGN_KEY:-} options=()
    for word; do
        case $word in
        --key=*) key=${word#--key=} ;;
        -*) options+=("$word") ;;
        # It would be another image.
        *) fail "$word is no option: write an option's value as --NAME=VALUE." ;;
        esac
    done
    [ -n "$key" ] ||
        fail "COSIGN_KEY names no key, such as a file that" \
            "\`cosign generate-key-pair\` made."
    cosign public-key --key "$key" >"$work/key.pub" ||
        fail "COSIGN_KEY must name a key, and COSIGN_PASSWORD be its password;" \
            "the words above say what is wrong."
}

# read_arguments REGISTRY/PREFIX [OPTION…]: $prefix, $options and $revision, from a
# commit of git and with a key.
read_arguments() {
    is_prefix "${1:-}" ||
        fail "give it what you gave to push, such as: ${0##*/} registry.example.com/team"
    prefix=$1
    read_options "${@:2}"
    [[ ${BUILDER:-urn:nobody} =~ ^[a-z][a-z0-9+.-]*:[^[:space:]]+$ ]] ||
        fail "BUILDER must be an address that names who builds, such as https://…"
    read_revision
}

# Nix knows of the tree's commit only when it was made.
read_revision() {
    local time
    [ -n "$COMMITTED" ] ||
        fail "commit everything first: a signature tells which commit an image is of."
    read -r revision time < <(git log -1 --format='%H %ct' 2>/dev/null) || true
    [ "${time:-}" = "$COMMITTED" ] ||
        fail "run it in the tree of the release: git has another commit here, or none."
}

# write_provenance METHOD: of all images, into $work/provenance.
write_provenance() {
    mkdir "$work/provenance"
    python3.13 -B "$SCRIPTS/provenance.py" "$revision" "$work/provenance" "$1" || exit
}

# are_attached IMAGE TYPE FILE…: whether all are, by this key.
are_attached() {
    cosign verify-attestation --key "$work/key.pub" --insecure-ignore-tlog \
        "${options[@]}" --type "$2" "$1" 2>/dev/null |
        python3.13 -B "$SCRIPTS/attached.py" "${@:3}"
}

# attest_builds NAME IMAGE: for each architecture, what it was built from, and by whom.
# What others have attached of this kind stays: cosign would replace it, too.
attest_builds() {
    local file type=https://slsa.dev/provenance/v1 # a short name would rename a field
    for file in "$work/provenance/$1".*.json; do
        are_attached "$2" "$type" "$file" ||
            ask_cosign attest --type "$type" --predicate "$file" "$2"
    done
}
