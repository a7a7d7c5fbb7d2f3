#!/bin/sh
# Names the exact images of a release by their digests. FILE has the lines that `push`
# printed.
#
#   deploy/pin.sh FILE            in .env, for Docker Compose and Swarm
#   deploy/pin.sh FILE OVERLAY    in OVERLAY/images, for Kubernetes
#
# Where cosign.pub is beside .env, each image must be signed by that key, as this image
# of this version; where rebuilder.pub is there, too, a second builder must have built
# the same. Images that FILE lacks then get a digest that no image has, as nobody's
# signature of them was asked for. COSIGN_OPTIONS has more options of cosign.
set -eu
STACK=templatesite
tree=$(dirname "$0")/..

fail() {
    echo "pin: $*" >&2
    exit 1
}

# each FORMAT: of each line, with \1 for the prefix, \2 for the image, \3 for the
# version and \4 for the digest.
each() {
    word='[A-Za-z0-9._-]*' digest='sha256:[0-9a-f]\{64\}'
    sed -n "s|^\([A-Za-z0-9._:/-]*/\)$STACK-\([a-z-]*\):\($word\)@\($digest\)\$|$1|p" "$lines"
}

# verify_image REFERENCE IMAGE VERSION
verify_image() {
    # shellcheck disable=SC2086 # several words or none
    ! is_key cosign ||
        cosign verify --key "$tree/cosign.pub" --insecure-ignore-tlog \
            ${COSIGN_OPTIONS:-} --annotations "image=$2" \
            --annotations "version=$3" "$1" >/dev/null 2>"$work.words" ||
        refuse "$1 is not signed by cosign.pub as $2 of version $3."
    # shellcheck disable=SC2086
    ! is_key rebuilder ||
        cosign verify-attestation --key "$tree/rebuilder.pub" --insecure-ignore-tlog \
            ${COSIGN_OPTIONS:-} --type https://slsa.dev/provenance/v1 \
            --policy "$(policy "$2" "$3")" "$1" >/dev/null 2>"$work.words" ||
        refuse "the builder of rebuilder.pub did not build $1, $2 of version $3, again."
}

# policy IMAGE VERSION: a file with what the provenance must tell, in CUE: with `!`, a
# provenance that tells nothing of it is refused, too.
policy() {
    printf 'predicate!: buildDefinition!: externalParameters!: %s\n' \
        "{image!: \"$1\", version!: \"$2\"}" >"$work.cue"
    echo "$work.cue"
}

refuse() {
    cat "$work.words" >&2
    fail "$*"
}

# A link that leads nowhere is a key that fails.
is_key() {
    [ -e "$tree/$1.pub" ] || [ -L "$tree/$1.pub" ]
}

has_key() {
    is_key cosign || is_key rebuilder
}

verify_images() {
    has_key || {
        echo "pin: nobody's signature was asked for, as there is no cosign.pub here."
        return
    }
    each '\2' | grep -qx server ||
        fail "with a key, the file must have the line of $STACK-server, too."
    command -v cosign >/dev/null ||
        fail "install cosign, which compares the images with the keys" \
            "cosign.pub and rebuilder.pub of this tree."
    case $(cosign version 2>/dev/null | sed -n 's/^GitVersion: *v*//p') in
    3.0.[012]) fail "this cosign compares no annotations: take 2.x, or 3.0.3 or newer." ;;
    esac
    each "\1$STACK-\2@\4 $STACK-\2 \3" >"$work.images"
    while read -r reference image version; do
        verify_image "$reference" "$image" "$version"
    done <"$work.images"
}

# variable IMAGE
variable() {
    echo "$1" | tr a-z- A-Z_
}

# lacking: the variables of the images that the file lacks.
lacking() {
    variable "$(each '\2')" >"$work.named"
    sed -n 's/.*{\([A-Z_]*\)_DIGEST.*/\1/p' "$tree"/deploy/*.yaml | sort -u |
        grep -vxF -f "$work.named" || true
}

# What else .env holds stays, and who may read it.
write_env() {
    touch .env
    cp -p .env .env.new
    {
        grep -v -e '^IMAGE_PREFIX=' -e '^IMAGE_TAG=' \
            -e '^[A-Z_]*_DIGEST=@sha256:' .env || true
        grep -q '^IMAGE_PULL=' .env || echo IMAGE_PULL=missing
        each 'IMAGE_PREFIX=\1' | sort -u
        each 'IMAGE_TAG=\3' | sort -u
        each '\2 \4' | while read -r image digest; do
            # It counts more than IMAGE_TAG.
            echo "$(variable "$image")_DIGEST=@$digest"
        done
        ! has_key || lacking | while read -r image; do
            printf '%s_DIGEST=@sha256:%064d\n' "$image" 0
        done
    } >.env.new
    mv .env.new .env
}

tell_others() {
    if [ -n "$overlay" ]; then
        echo "."
    elif has_key; then
        echo "; those that the file lacks are not signed, and cannot be started."
    else
        echo "; those that the file lacks follow IMAGE_TAG."
    fi
}

write_component() {
    mkdir -p "$overlay/images"
    {
        echo "# deploy/pin.sh writes this. The overlay names it: components: [images]"
        printf '%s\n' "apiVersion: kustomize.config.k8s.io/v1alpha1" \
            "kind: Component" "images:"
        each "  - name: \2\n    newName: \1$STACK-\2\n    digest: \4"
    } >"$overlay/images/kustomization.yaml"
    grep -q '^components:' "$overlay/kustomization.yaml" ||
        echo "pin: in $overlay/kustomization.yaml, write" \
            "\`components: [images]\` in place of images."
}

lines=${1:-} overlay=${2:-}
[ -f "$lines" ] || fail "give it a file with the lines that push printed."
work=$(mktemp)
trap 'rm -f "$work" "$work.cue" "$work.images" "$work.named" "$work.words"' EXIT
grep '' "$lines" >"$work" || true # an end for its last line
count=$(wc -l <"$work")
if [ "$(lines=$work each '\1 \3' | sort -u | wc -l)" -ne 1 ] ||
    [ "$(lines=$work each '\2' | sort -u | wc -l)" -ne "$count" ]; then
    fail "$lines must have a line PREFIX/$STACK-IMAGE:VERSION@sha256:DIGEST" \
        "for each image, all of one version."
fi
lines=$work
verify_images
echo "pin: $count images of $(each '\3' | head -n 1)$(tell_others)"
if [ -z "$overlay" ]; then
    cd "$tree"
    write_env
    exit
fi
[ -f "$overlay/kustomization.yaml" ] || fail "$overlay has no kustomization.yaml."
write_component
