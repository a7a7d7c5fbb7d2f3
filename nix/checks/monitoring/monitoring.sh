# shellcheck shell=bash
# monitoring.sh FOLDER: fail if the folder has files that nothing reads.
kinds='(alerts|tests|scrape)/[^/]+\.yml|alertmanager\.yml|dashboards/[^/]+\.json|console/[^/]+\.lib|(runbook|README)\.md'
cd "$1" || exit
others=$(find . -type f -printf '%P\n' | grep -v -x -E "$kinds") || true
[ -z "$others" ] || {
    echo "monitoring/ has files that nothing reads;" \
        "docs/update.md has the names of those that are read:"
    echo "$others"
    exit 1
}
[ "$(cat console/*.lib 2>/dev/null | grep -c 'define "rows"')" -le 1 ] || {
    echo "monitoring/console has the template \"rows\" more than once:" \
        "the last one would win."
    exit 1
}
