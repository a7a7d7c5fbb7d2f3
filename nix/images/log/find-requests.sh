# shellcheck shell=busybox
# Finds the log lines of requests.
#
#   find-requests ID       every line that any part wrote for it, the oldest first; ID is
#                          the request's or its trace's
#   find-requests failed   the last 20 requests that were answered with 5xx
#   find-requests slow     the 20 that took longest, the longest first
#
# After one of the last two words may come, in any order:
#   VIEW            only of a view, by the name that the console has
#   FROM [UNTIL]    only of some minutes, such as 2026-12-01T09:41 2026-12-01T09:44
#   NUMBER          another number than 20
#
# Exit status 1 when there is none.

LOG_DIR="${LOG_DIR:-/var/log/service}"

fail() {
    echo "find-requests: $*" >&2
    exit 2
}

lines() {
    for file in "$LOG_DIR/all.log.1" "$LOG_DIR/all.log"; do
        [ ! -e "$file" ] || cat "$file"
    done
}

# access STATUS: seconds and line of the requests of VIEW, FROM and UNTIL whose status
# begins so. TIME HOST PROGRAM SEVERITY [ID] [TRACE] ADDRESS "VERB /path" STATUS BYTES
# bytes SECONDS upstream SECONDS [VIEW] USER NUMBER queries SECONDS
access() {
    lines | awk -v status="$1" -v view="$view" -v from="$from" -v until="$until" '
        $3 != "nginx" || $5 !~ /^[[]/ { next }
        from != "" && substr($1, 1, 16) < from { next }
        until != "" && substr($1, 1, 16) > until { next }
        {
            split($0, quoted, "\"")
            split(quoted[3], told, " ")
            if (substr(told[1], 1, length(status)) != status) next
            split(quoted[3], named, /[][]/)
            if (view != "" && named[2] != view) next
            print told[4] + 0, $0
        }'
}

failed() {
    access 5 | cut -d ' ' -f 2- | tail -n "$number" | grep .
}

slow() {
    access "" | sort -s -r -n -k 1,1 | cut -d ' ' -f 2- | head -n "$number" | grep .
}

what="${1:-}"
view='' from='' until='' number=20
case $what in
"" | -*)
    fail "usage: find-requests ID, or failed or slow with [VIEW] [FROM [UNTIL]] [NUMBER]"
    ;;
failed | slow) shift ;;
*)
    lines | awk -v id="[$what]" '
        $5 == id || $6 == id { print; found = 1 } END { exit !found }'
    exit
    ;;
esac
for word in "$@"; do
    case $word in
    -*) fail "$word is no option: there is [VIEW] [FROM [UNTIL]] [NUMBER]." ;;
    [0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T[0-9][0-9]:[0-9][0-9]*)
        minute=$(expr "$word" : '\(.\{16\}\)')
        if [ -z "$from" ]; then from=$minute; else until=$minute; fi
        ;;
    *[!0-9]*)
        [ -z "$view" ] || fail "$word is a second view, after $view: ask for one."
        view=$word
        ;;
    *) number=$word ;;
    esac
done
"$what"
