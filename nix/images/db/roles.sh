# shellcheck shell=busybox disable=SC2154
# The roles' passwords, settings and limits, which each start sets anew: a changed
# secret needs only a restart, and what a role has set for itself ends with it.

read_passwords() {
    password=$(secret POSTGRES_PASSWORD)
    serve_password=$(secret POSTGRES_SERVE_PASSWORD)
    metrics_password=$(secret POSTGRES_METRICS_PASSWORD)
    backup_password=$(secret POSTGRES_BACKUP_PASSWORD)
    [ -n "$password" ] || fail "set POSTGRES_PASSWORD or POSTGRES_PASSWORD_FILE."
}

# with PASSWORD: the part of ALTER ROLE that sets it; none for no password.
with() {
    [ -z "$1" ] || printf " PASSWORD '%s'" "${1//\'/\'\'}"
}

read_statement_seconds() {
    statement_seconds=${POSTGRES_SERVE_STATEMENT_SECONDS:-10}
    case $statement_seconds in
    *[!0-9]* | ?????*) statement_seconds=0 ;;
    esac
    { [ "$statement_seconds" -ge 1 ] && [ "$statement_seconds" -le 3600 ]; } ||
        fail "POSTGRES_SERVE_STATEMENT_SECONDS must be a whole number from 1 to 3600."
}

# named FILE: the SQL of a file in the chassis's folder roles/, with the names that psql
# calls :"owner" and so on: single-user mode knows no variables. Names need no quoting
# inside.
named() {
    sed -E "s/:([\"'])owner\1/\1$role\1/g; s/:([\"'])serve\1/\1$serve\1/g;
        s/:([\"'])database\1/\1$database\1/g" "$ROLES/$1"
}

allow_serving_role() {
    sql postgres "ALTER ROLE \"$serve\" LOGIN$(with "$serve_password")"
}

# Data from before there was such a role, or from elsewhere, may lack it.
make_serving_role() {
    sql "$database" "BEGIN" "$(named serving/role.sql)" \
        "$(named serving/settings.sql)" "$(named serving/rights.sql)" \
        "$(named serving/later_rights.sql)" "COMMIT"
}

allow_backup_role() {
    sql postgres "ALTER ROLE backup$(with "$backup_password")"
}

make_backup_role() {
    sql postgres "BEGIN" "$(named backup.sql)" "COMMIT"
}

# Fails where there is no such database, or where another role owns it.
check_owner() {
    local of="SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = '$database'"
    local missing="RAISE EXCEPTION 'database \"$database\" does not exist'"
    local other="RAISE EXCEPTION 'database \"$database\" belongs to %', owner"
    local refuse="IF owner IS NULL THEN $missing; ELSIF owner <> '$role' THEN $other; END IF;"
    sql postgres "DO \$\$ DECLARE owner name := ($of); BEGIN $refuse END \$\$"
}

# After the roles: some may be new. With the extension that counts statements. Of the
# serving role's SQL only its settings and what it may do with tables to come, which the
# role itself can drop: a service may have revoked rights on others.
set_limits() {
    local words
    words=$(sql postgres "BEGIN" "$(named limits.sql)" "$(named serving/settings.sql)" \
        "ALTER ROLE \"$serve\" IN DATABASE \"$database\"
            SET statement_timeout = '${statement_seconds}s'" "COMMIT" &&
        sql "$database" "$(named large_objects.sql)" \
            "$(named serving/later_rights.sql)" "$(named statements.sql)") ||
        explain "$words"
}

set_passwords() {
    local words
    words=$(check_owner && sql postgres "ALTER ROLE \"$role\"$(with "$password")") ||
        explain "$words"
    allow_serving_role >/dev/null ||
        words=$(make_serving_role && allow_serving_role) || explain "$words"
    [ -z "$metrics_password" ] ||
        sql postgres "ALTER ROLE metrics$(with "$metrics_password")" >/dev/null ||
        echo "db: PGDATA has no role metrics; db-metrics will see no statistics." >&2
    [ -z "$backup_password" ] || allow_backup_role >/dev/null ||
        words=$(make_backup_role && allow_backup_role) || explain "$words"
    unset POSTGRES_PASSWORD POSTGRES_PASSWORD_FILE password
    unset POSTGRES_SERVE_PASSWORD POSTGRES_SERVE_PASSWORD_FILE serve_password
    unset POSTGRES_METRICS_PASSWORD POSTGRES_METRICS_PASSWORD_FILE metrics_password
    unset POSTGRES_BACKUP_PASSWORD POSTGRES_BACKUP_PASSWORD_FILE backup_password
}
