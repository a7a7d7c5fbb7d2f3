-- The role of `db-metrics`: it sees statistics, and nothing that a table holds.
-- Run it as a superuser.
CREATE ROLE metrics LOGIN CONNECTION LIMIT 5;

GRANT pg_monitor TO metrics;

ALTER ROLE metrics SET default_transaction_read_only = on;
