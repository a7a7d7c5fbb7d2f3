-- What statements cost, for `db-metrics`. Run it in the service's database, as a
-- superuser: nobody else makes this extension. A database that does not take it serves
-- all the same.
DO $$
BEGIN
    CREATE EXTENSION IF NOT EXISTS pg_stat_statements SCHEMA public;
EXCEPTION WHEN OTHERS THEN
    RAISE WARNING '%', sqlerrm;
END $$;
