-- The role of `backup`: it copies the whole cluster, so that its password counts as the
-- owner's. Run it in the database postgres, as a superuser.
CREATE ROLE backup LOGIN REPLICATION CONNECTION LIMIT 10;

GRANT pg_read_all_settings, pg_read_all_stats, pg_checkpoint TO backup;

GRANT EXECUTE ON FUNCTION
    pg_backup_start(text, boolean), pg_backup_stop(boolean),
    pg_switch_wal(), pg_create_restore_point(text)
    TO backup;
