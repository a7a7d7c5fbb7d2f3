# shellcheck shell=bash
# Shows what deploy/kubernetes/release.sh asks of kubectl, which is a function here, and when.
#
#   release.sh SCRIPT OVERLAY
script=$1 overlay=$2

# Its answers: JOB, what the Job says of itself; SECRET, BEFORE and ROLLOUT, whether they are there.
mkdir bin
cat >bin/kubectl <<'KUBECTL'
#!/usr/bin/env bash
words="$*"
words=${words#--namespace * }
echo "$words" >>calls
case $words in
"get job"*) echo "$JOB" ;;
"get secret"*) "$SECRET" ;;
"get deployment"*) [ -z "$BEFORE" ] || echo deployment.apps/server ;;
"rollout undo"*) : >undone ;;
"rollout status"*) [ -e undone ] || "$ROLLOUT" ;;
esac
KUBECTL
sed -i "1s|.*|#!$BASH|" bin/kubectl
chmod +x bin/kubectl

# expect SENTENCE LAST-CALL [VARIABLE=VALUE…]: what the release ends with, none for success.
expect() {
    local sentence=$1 last=$2 ended
    shift 2
    rm -f calls undone
    ended=$(env PATH="$PWD/bin:$PATH" JOB=Complete SECRET=true BEFORE=yes ROLLOUT=true "$@" \
        "$BASH" --posix "$script" "$overlay" 2>&1) || true
    echo "$* -> $ended"
    if [ -z "$sentence" ]; then [ -z "$ended" ]; else grep -q -F "$sentence" <<<"$ended"; fi
    tail -n 1 calls | grep -q -x "$last"
}

apply="apply --kustomize $overlay"
expect "" "rollout status deployment/server"
grep -n "" calls
# The Job's is the first of the two.
grep -x -A 9 "$apply --selector app.kubernetes.io/name notin (server)" calls | grep -q -x "$apply"
expect "Secret server is missing" "get secret server" SECRET=false
expect "the migrations failed" "logs job/migrate" JOB="FailureTarget Failed"
expect "not become ready: see" "rollout status deployment/server" ROLLOUT=false BEFORE=
expect "the former ones serve again" "rollout status deployment/server" ROLLOUT=false
