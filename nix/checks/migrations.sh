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
    grep -q 'CREATE TABLE public.tweet_tweet ' "$1.sql"
}

fresh() {
    createdb fresh
    POSTGRES_DB=fresh manage migrate --verbosity 0
    for database in fresh templatesite test_templatesite; do
        schema "$database"
        diff fresh.sql "$database.sql"
    done
}

# A row in each table of the applications, after every single migration.
stepwise() {
    createdb stepwise
    export POSTGRES_DB=stepwise
    manage showmigrations --plan | sed 's/^\[.\] *//; s/\./ /' >plan
    while read -r application migration; do
        manage migrate --verbosity 1 "$application" "$migration" </dev/null
        if [ "$application" = tweet ]; then
            psql --quiet --dbname stepwise --set ON_ERROR_STOP=1 \
                --command "INSERT INTO tweet_tweet (text, timestamp) VALUES ('of $migration', now())"
        fi
    done <plan
    manage migrate --check
    rows=$(psql --tuples-only --no-align --dbname stepwise --command 'SELECT count(*) FROM tweet_tweet')
    [ "$rows" = "$(grep -c '^tweet ' plan)" ]
}

"$1"
