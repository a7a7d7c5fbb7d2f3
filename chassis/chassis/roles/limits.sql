-- What the roles may reach, anew at each start. Run it in the database postgres, in a
-- transaction, as a superuser. Databases of unit tests begin with test_.
SET LOCAL roles.owner = :'owner';

SET LOCAL roles.serve = :'serve';

SET LOCAL roles.database = :'database';

DO $$
DECLARE
    owner CONSTANT name := current_setting('roles.owner');
    serve CONSTANT name := current_setting('roles.serve');
    place name;
    who name;
BEGIN
    FOR place IN SELECT datname FROM pg_database LOOP
        EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', place);
        EXECUTE format('ALTER ROLE %I IN DATABASE %I RESET ALL', serve, place);
        IF starts_with(place, 'test_') THEN
            EXECUTE format('REVOKE ALL ON DATABASE %I FROM %I', place, serve);
        END IF;
    END LOOP;
    FOR place, who IN
        VALUES (current_setting('roles.database'), 'metrics'),
            ('postgres', 'backup'), ('postgres', owner)
    LOOP
        IF EXISTS (SELECT FROM pg_roles WHERE rolname = who) THEN
            EXECUTE format('GRANT CONNECT ON DATABASE %I TO %I', place, who);
        END IF;
    END LOOP;
END $$;

ALTER ROLE :"serve" RESET ALL;

GRANT CONNECT ON DATABASE :"database" TO :"serve";
