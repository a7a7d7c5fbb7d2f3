#!/bin/sh
# Applies an overlay: its migrations first, and where they succeeded, the rest. The
# servers are replaced one after the other; if a new one does not become ready, or a new
# worker, all go back to what they were. The first installation and the way back are the
# same: docs/kubernetes.md tells how.
#
#   deploy/kubernetes/release.sh OVERLAY
set -eu
PATIENCE=900 # seconds until the migrations ended
JOBS=app.kubernetes.io/name=migrate
CODE='app.kubernetes.io/name in (server, worker)' # what runs the service's code
# Of each container: why it waits, how often it began anew, and more of why. The same of
# a pod that no node takes, and of a server that may not be made.
REASON='{.reason} 0 {.message}{"\n"}{end}'
WAITING='{range .items[*].status.containerStatuses[*]}{.state.waiting.reason}'\
' {.restartCount} {.state.waiting.message}{"\n"}{end}'\
'{range .items[*].status.conditions[?(@.reason=="Unschedulable")]}'"$REASON"\
'{range .items[*].status.conditions[?(@.type=="ReplicaFailure")]}'"$REASON"

fail() {
    echo "release: $*" >&2
    exit 1
}

kube() {
    kubectl --namespace "$namespace" "$@"
}

# The API makes one object of a name: of two releases at once, one goes on.
take_turn() {
    answer=$(
        kube create --filename - 2>&1 <<END
apiVersion: coordination.k8s.io/v1
kind: Lease
metadata: {name: release}
spec: {holderIdentity: "$(id -un)@$(uname -n)"}
END
    ) && return
    holder=$(kube get lease release 2>/dev/null --output \
        'jsonpath={.spec.holderIdentity} since {.metadata.creationTimestamp}') ||
        fail "$answer: nothing was changed."
    fail "$holder releases, and nothing was changed. If that one was broken off:" \
        "kubectl delete lease release --namespace $namespace"
}

# shellcheck disable=SC2317 # the trap calls it
leave() {
    [ -z "$watch" ] || kill "$watch" 2>/dev/null || true
    kube delete lease release >/dev/null
}

# Why pods of a selector do not start. Events alone tell of volumes, and of a Job that
# may not make its pod: the last of each object, as what is over has others after it.
troubles() {
    kube get pods,replicasets --selector "$1" --output "jsonpath=$WAITING"
    for uid in $job $(kube get pods --selector "$1" --output \
        'jsonpath={.items[*].metadata.uid}' --field-selector status.phase=Pending); do
        kube get events --field-selector "involvedObject.uid=$uid" --output \
            "jsonpath={range .items[*]}$REASON" |
            sed -n -e '/^[A-Z][A-Za-z]* 0 /h' -e '$ {x;/^Failed[A-Z]/p;}'
    done
}

# is_stuck SELECTOR: whether one of the pods cannot start for a while, or has crashed
# three times; sets why, in Kubernetes's words.
is_stuck() {
    was=$limit
    why=$(troubles "$1" | sed -nE -e '/^(ContainerCreating|PodInitializing) /d' \
        -e '/^CrashLoopBackOff [01] /d' -e 's/^([A-Z][^ ]*) [0-9]+/\1:/p' | head -n 1)
    case $why in
    "") limit= && return 1 ;;
    CrashLoopBackOff*) return ;;
    Unschedulable* | FailedScheduling*) limit=180 ;; # another node may come
    Failed*) limit=50 ;;                             # so may a secret, or room
    *) limit=20 ;;
    esac
    [ "$limit" = "$was" ] || since=$(date +%s)
    [ $(($(date +%s) - since)) -ge "$limit" ]
}

# What the Job says of itself: nothing, Complete or Failed, beside other conditions.
conditions() {
    kube get jobs --selector "$JOBS" --output \
        'jsonpath={.items[*].status.conditions[?(@.status=="True")].type}'
}

migrate() {
    # Also one of the same name: what failed is tried again.
    kube delete jobs --selector "$JOBS" >/dev/null ||
        fail "the former Job migrate cannot be removed: nothing was changed."
    # All but what runs the new code: servers, and workers of tasks.
    kubectl apply --kustomize "$overlay" \
        --selector "$(echo "$CODE" | sed 's/ in / notin /')" ||
        fail "the Job migrate cannot be applied: $untouched"
    job=$(kube get jobs --selector "$JOBS" --output 'jsonpath={.items[*].metadata.uid}')
    pods=batch.kubernetes.io/controller-uid=$job
    end=$(($(date +%s) + PATIENCE)) limit=
    while [ "$(date +%s)" -lt "$end" ]; do
        case $(conditions) in
        *Complete*) return ;;
        *Failed*)
            kube logs --selector "$pods" --tail 100 >&2 || true
            fail "the migrations failed, and the lines above say why: $untouched"
            ;;
        esac
        sleep 2
        ! is_stuck "$pods" || fail "the Job migrate cannot start ($why): $untouched"
    done
    kube describe jobs,pods --selector "$JOBS" >&2 || true
    fail "the Job migrate has not ended after $PATIENCE seconds, and goes on: $untouched"
}

# newest DEPLOYMENT: the hash of its pods that were applied last; they may be there already.
newest() {
    generation=$(kube get deployment "$1" --output 'jsonpath={.metadata.generation}')
    kube wait "deployment/$1" --timeout 60s >/dev/null \
        --for "jsonpath={.status.observedGeneration}=$generation"
    kube get replicasets --selector "$CODE" --output \
        "jsonpath={range .items[?(@.metadata.ownerReferences[0].name=='$1')]}"\
'{.metadata.labels.pod-template-hash}{"\n"}{end}' --sort-by \
        '{.metadata.annotations.deployment\.kubernetes\.io/revision}' | tail -n 1
}

# A line for each Deployment that runs the code: its name, and the revision of its pods.
revisions() {
    kube get deployments --selector "$CODE" --output \
        'jsonpath={range .items[*]}{.metadata.name} '\
'{.metadata.annotations.deployment\.kubernetes\.io/revision}{"\n"}{end}'
}

# Names of those that this release has changed or made.
changed() {
    revisions | grep -vxF "$former" | cut -d ' ' -f 1
}

# Takes back what this release has changed; what is new stays.
undo() {
    for name in $(changed); do
        ! echo "$former" | grep -q "^$name " || kube rollout undo "deployment/$name" ||
            return
    done
}

# await DEPLOYMENT: waits until its new pods are ready. If they do not become so, it
# prints their last lines: who goes back removes them.
await() {
    pods="$CODE,pod-template-hash=$(newest "$1")"
    kubectl --namespace "$namespace" rollout status "deployment/$1" &
    watch=$! limit=
    until is_stuck "$pods"; do
        kill -0 "$watch" 2>/dev/null || break
        sleep 2
    done
    kill "$watch" 2>/dev/null || true
    ended=$watch watch=
    ! wait "$ended" 2>/dev/null || return 0
    # Probes' own lines, one every two seconds, would hide the others.
    kube logs --selector "$pods" --tail 400 --prefix |
        grep -v '"GET.*/healthcheck\\*/' | tail -n 20 >&2
    return 1
}

# Waits for the servers, and then for workers; sets failed, who did not become ready.
await_all() {
    for failed in server $(revisions | cut -d ' ' -f 1 | grep -vx server); do
        await "$failed" || return
    done
}

[ $# -eq 1 ] || fail "name the folder of the overlay, such as deploy/kubernetes/sample."
overlay=$1
[ -f "$overlay/kustomization.yaml" ] || fail "$overlay has no kustomization.yaml."
namespace=$(sed -n "s/^namespace: *[\"']*\([a-z0-9-]*\).*/\1/p" \
    "$overlay/kustomization.yaml")
[ -n "$namespace" ] || fail "$overlay/kustomization.yaml has no line \`namespace: …\`."
kubectl kustomize "$overlay" >/dev/null ||
    fail "$overlay cannot be rendered: nothing was changed."
kube get secret server >/dev/null ||
    fail "the Secret server is missing in the namespace $namespace:" \
        "nothing was changed."
# How many servers there are to go back to.
before=$(kube get deployment server --ignore-not-found --output \
    'jsonpath={.status.availableReplicas}') ||
    fail "the cluster does not answer: nothing was changed."
untouched="no server was started."
[ -z "$before" ] || untouched="the servers are as before."
take_turn
watch=
trap leave EXIT
trap 'fail "broken off: what was applied goes on by itself."' HUP INT TERM
former=$(revisions)
migrate
kubectl apply --kustomize "$overlay" ||
    fail "not all was applied: look at the lines above, and start again."
await_all && exit
who="pods of $failed"
[ "$failed" != server ] || who=servers
why="did not become ready${why:+ ($why)}; what they wrote last is above"
[ -n "$before" ] || fail "the $who $why."
changed | grep -qx "$failed" ||
    fail "the $who $why. This release changed nothing in them."
again="The former ones serve again."
echo "$former" | grep -q "^$failed " ||
    again="They stay, as there were none before; all others are as before."
! undo || ! kube rollout status deployment/server || fail "the new $who $why. $again"
fail "the new $who $why, nor did the servers before become ready: see their pods."
