-- What `manage createservingrole --print` prints, but for the password.
CREATE ROLE "templatesite_serve" LOGIN;

ALTER ROLE "templatesite_serve" IN DATABASE "templatesite" SET statement_timeout = '10s';

ALTER ROLE "templatesite_serve" IN DATABASE "templatesite" SET lock_timeout = '2s';

ALTER ROLE "templatesite_serve" IN DATABASE "templatesite"
    SET idle_in_transaction_session_timeout = '30s';

GRANT CONNECT ON DATABASE "templatesite" TO "templatesite_serve";

GRANT USAGE ON SCHEMA public TO "templatesite_serve";

GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO "templatesite_serve";

GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO "templatesite_serve";

ALTER DEFAULT PRIVILEGES FOR ROLE "templatesite" IN SCHEMA public
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO "templatesite_serve";

ALTER DEFAULT PRIVILEGES FOR ROLE "templatesite" IN SCHEMA public
    GRANT USAGE, SELECT ON SEQUENCES TO "templatesite_serve";
