# shellcheck shell=bash
# Run by migrations.nix beside a fresh copy of the prepared data.
export PGHOST=$POSTGRES_HOST PGUSER=$POSTGRES_USER PGPASSWORD=$POSTGRES_PASSWORD

manage() {
    python src/manage.py "$@"
}

# schema DATABASE: its definition in the file DATABASE.sql.
schema() {
    pg_dump --schema-only --no-privileges --file dump "$1"
    # pg_dump draws a token for its \restrict lines.
    sed '/^\\\(un\)\?restrict /d' dump >"$1.sql"
    grep -q 'CREATE TABLE public.django_migrations ' "$1.sql"
}

fresh() {
    createdb fresh
    POSTGRES_DB=fresh manage migrate --verbosity 0
    for database in fresh "$SERVICE_DATABASE" "test_$SERVICE_DATABASE"; do
        schema "$database"
        diff fresh.sql "$database.sql"
    done
}

# Rows in each table of the project's own applications, after every single migration.
stepwise() {
    createdb stepwise
    export POSTGRES_DB=stepwise
    python stepwise.py
    manage migrate --check
}

# found TEXT OPERATION: what is said of a last migration with that operation has that text.
found() {
    tree=$(mktemp -d)
    cp -r --no-preserve=mode src pyproject.toml stepwise.py "$tree"
    cd "$tree" || exit
    manage makemigrations accounts --empty --name wrong
    sed -i -e 's/import migrations/&, models/' -e "s/operations = \[/&$2/" \
        src/accounts/migrations/*_wrong.py
    createdb stepwise
    if POSTGRES_DB=stepwise python stepwise.py 2>told; then
        return 1
    fi
    cat told
    grep "accounts\..*_wrong.*$1" told
}

"$@"
