#!/bin/sh
# Applies an overlay: its migrations first, and where they succeeded, the rest. The
# servers are replaced one after the other; if a new one does not become ready, they go
# back to what they were. The first installation and the way back are the same:
# docs/kubernetes.md tells how.
#
#   deploy/kubernetes/release.sh OVERLAY
set -eu
PATIENCE=900 # seconds until the migrations ended

fail() {
    echo "release: $*" >&2
    exit 1
}

kube() {
    kubectl --namespace "$namespace" "$@"
}

# What the Job says of itself: nothing, Complete or Failed, beside other conditions.
conditions() {
    kube get job migrate \
        --output 'jsonpath={.status.conditions[?(@.status=="True")].type}'
}

migrate() {
    kube delete job migrate --ignore-not-found >/dev/null ||
        fail "the former Job migrate cannot be removed: nothing was changed."
    # All but what runs the new code: servers, and workers of tasks.
    kubectl apply --kustomize "$overlay" \
        --selector 'app.kubernetes.io/name notin (server, worker)' ||
        fail "the Job migrate cannot be applied: the servers are as before."
    waited=0
    while [ "$waited" -lt "$PATIENCE" ]; do
        case $(conditions) in
        *Complete*) return ;;
        *Failed*)
            kube logs job/migrate >&2 || true
            fail "the migrations failed, and the lines above say why:" \
                "the servers are as before."
            ;;
        esac
        sleep 2
        waited=$((waited + 2))
    done
    kube get pods --selector app.kubernetes.io/name=migrate >&2 || true
    fail "the Job migrate has not ended after $PATIENCE seconds:" \
        "the servers are as before."
}

[ $# -eq 1 ] || fail "name the folder of the overlay, such as deploy/kubernetes/sample."
overlay=$1
[ -f "$overlay/kustomization.yaml" ] || fail "$overlay has no kustomization.yaml."
namespace=$(sed -n 's/^namespace: *//p' "$overlay/kustomization.yaml")
[ -n "$namespace" ] || fail "$overlay/kustomization.yaml has no line \`namespace: …\`."
kubectl kustomize "$overlay" >/dev/null ||
    fail "$overlay cannot be rendered: nothing was changed."
kube get secret server >/dev/null ||
    fail "the Secret server is missing in the namespace $namespace:" \
        "nothing was changed."
before=$(kube get deployment server --ignore-not-found --output name) ||
    fail "the cluster does not answer: nothing was changed."
migrate
kubectl apply --kustomize "$overlay" ||
    fail "not all was applied: look at the lines above, and start again."
kube rollout status deployment/server && exit
[ -n "$before" ] || fail "the servers did not become ready: see their pods and lines."
if kube rollout undo deployment/server && kube rollout status deployment/server; then
    fail "the new servers did not become ready, and the former ones serve again."
fi
fail "the new servers did not become ready, nor did those before:" \
    "see their pods and lines."
