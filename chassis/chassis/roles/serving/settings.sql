-- When it gives up.
ALTER ROLE :"serve" IN DATABASE :"database" SET statement_timeout = '10s';

ALTER ROLE :"serve" IN DATABASE :"database" SET lock_timeout = '2s';

ALTER ROLE :"serve" IN DATABASE :"database"
    SET idle_in_transaction_session_timeout = '30s';
