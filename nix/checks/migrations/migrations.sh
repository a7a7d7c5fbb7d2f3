# shellcheck shell=bash
# Run by default.nix beside a fresh copy of the prepared data.
export PGHOST=$POSTGRES_HOST PGUSER=$POSTGRES_USER PGPASSWORD=$POSTGRES_PASSWORD

manage() {
    python src/manage.py "$@"
}

# schema DATABASE: its definition in the file DATABASE.sql.
schema() {
    # The start of `db` makes the extension, and no migration.
    pg_dump --schema-only --no-privileges --exclude-extension pg_stat_statements \
        --file dump "$1"
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
    python -m service_checks.stepwise
    manage migrate --check
}

# found [TEXT OPERATION]…: of each of the last migrations, which have these operations,
# something is said that has its text.
found() {
    tree=$(mktemp -d) last=0 texts=()
    cp -r --no-preserve=mode src pyproject.toml "$tree"
    cd "$tree" || exit
    for ((; $#; last++)); do
        texts+=("$1")
        manage makemigrations accounts --empty --name "wrong_$last"
        sed -i -e 's/import migrations/&, models/' -e "s/operations = \[/&$2/" \
            src/accounts/migrations/*"_wrong_$last.py"
        shift 2
    done
    createdb stepwise
    if POSTGRES_DB=stepwise python -m service_checks.stepwise 2>output; then
        return 1
    fi
    cat output
    for last in "${!texts[@]}"; do
        grep "accounts\..*_wrong_${last}[: ].*${texts[last]}" output || {
            echo "Nothing of that kind is said: ${texts[last]}"
            return 1
        }
    done
}

# next DATABASE: with the schema that this tree's migrations make.
next() {
    createdb "$1"
    POSTGRES_DB=$1 manage migrate --verbosity 0
}

# previous ROOT: the unit tests of a release before this one, which read and write
# through its API, on this schema; and this one's OpenAPI document beside its.
previous() {
    [ -n "$1" ] ||
        { echo "no previous release: lib.service has no \`previous\`" && exit 77; }
    next next
    next test_next
    mkdir previous
    cp -r --no-preserve=mode "$1/src" "$1/pyproject.toml" previous/
    manage spectacular --format openapi-json --file after.json
    cd previous || exit
    export POSTGRES_DB=next
    manage spectacular --format openapi-json --file ../before.json
    python -m pytest -p no:cacheprovider -q || {
        echo "The code of the previous release serves on while a release is made, and" \
            "its tests fail on this release's tables:" \
            "see docs/how-to/migrate.md of the template."
        exit 1
    }
    python -P ../openapi.py ../before.json ../after.json || {
        echo "Clients of the previous release would miss the above:" \
            "keep it for a release, or offer another path beside it."
        exit 1
    }
}

# incompatible TEXT SCRIPT: what is said, with this tree as the previous release, of one
# in which the script of sed has changed a model or a view.
incompatible() {
    tree=$(mktemp -d) here=$PWD
    cp -r --no-preserve=mode src pyproject.toml openapi.py "$tree"
    cd "$tree" || exit
    bash -c "$2"
    manage makemigrations --name incompatible --verbosity 0
    if (previous "$here") >output 2>&1; then
        cat output
        return 1
    fi
    cat output
    grep "$1" output
}

"$@"
