# Puts a route before those of Alertmanager's configuration, from which Watchdog goes to a
# webhook, or nowhere, and to no person. The configuration's own route is the second.
#
#   url  a file with the webhook's address; empty: nowhere
#
# Exit status 1 where no lines begin with `route:` and `receivers:`.
BEGIN {
    hook = "{url_file: '" url "', send_resolved: false}"
    receiver = "{name: the-watchdog" (url ? ", webhook_configs: [" hook "]" : "") "}"
}

/^[^ #}]/ { in_route = 0 }
in_route { print "      " $0; next }

/^route:/ {
    print "route:"
    print "  receiver: the-watchdog"
    print "  routes:"
    print "    - receiver: the-watchdog"
    print "      matchers: ['alertname = \"Watchdog\"']"
    print "      group_wait: 0s"
    print "      group_interval: 1m"
    print "      repeat_interval: 50s # so that none of these minutes is left out"
    sub(/^route:/, "    -")
    routes = in_route = 1
}

# A list in brackets, or a line for each dash.
/^receivers: *\[/ { sub(/\[/, "[" receiver ", "); receivers = 1 }
/^receivers: *(#.*)?$/ { before_first = 1 }
before_first && /^ *-/ {
    match($0, / */)
    print substr($0, 1, RLENGTH) "- " receiver
    before_first = 0
    receivers = 1
}

{ print }
END { exit !(routes && receivers) }
