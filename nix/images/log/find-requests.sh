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

# access STATUS NUMBER: seconds and line of the requests of VIEW, FROM and UNTIL whose
# status begins so; if NUMBER is above 0, of those only that take longer than all but
# NUMBER - 1 before, as sort keeps what it gets in memory.
# TIME HOST PROGRAM SEVERITY [ID] [TRACE] ADDRESS "VERB /path" STATUS BYTES bytes
# SECONDS upstream SECONDS [VIEW] USER NUMBER queries SECONDS
access() {
    lines | awk -v status="$1" -v number="$2" \
        -v view="$view" -v from="$from" -v until="$until" '
        $3 != "nginx" || $5 !~ /^[[]/ { next }
        from != "" && substr($1, 1, 16) < from { next }
        until != "" && substr($1, 1, 16) > until { next }
        {
            split($0, quoted, "\"")
            split(quoted[3], told, " ")
            if (substr(told[1], 1, length(status)) != status) next
            seconds = told[4] + 0
            if (kept == number && seconds <= longest[least] && number > 0) next
            if (view != "") {
                split(quoted[3], named, /[][]/)
                if (named[2] != view) next
            }
            if (number > 0) {
                longest[kept < number ? ++kept : least] = seconds
                if (kept == number)
                    for (i in longest) if (longest[i] <= longest[least]) least = i
            }
            print seconds, $0
        }'
}

failed() {
    access 5 0 | cut -d ' ' -f 2- | tail -n "$number" | grep .
}

slow() {
    access "" "$number" | sort -s -r -n -k 1,1 | cut -d ' ' -f 2- |
        awk -v number="$number" 'NR <= number' | grep . # as head would end cut early
}

usage="usage: find-requests ID, or failed or slow with [VIEW] [FROM [UNTIL]] [NUMBER]"
what="${1:-}"
view='' from='' until='' number=20
case $what in
"" | -*)
    fail "$usage"
    ;;
failed | slow) shift ;;
*)
    [ $# -eq 1 ] || fail "$usage"
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
        [ -z "$until" ] || fail "$word is a third time, after $from and $until."
        if [ -z "$from" ]; then from=$minute; else until=$minute; fi
        ;;
    [0-9][0-9][0-9][0-9]-[0-9]* | [0-9][0-9]:[0-9]*)
        fail "$word is no minute: write it as 2026-12-01T09:41, in UTC."
        ;;
    *[!0-9]*)
        [ -z "$view" ] || fail "$word is a second view, after $view: ask for one."
        view=$word
        ;;
    *)
        [ "$word" -gt 0 ] || fail "$word is too small for NUMBER."
        number=$word
        ;;
    esac
done
"$what"
