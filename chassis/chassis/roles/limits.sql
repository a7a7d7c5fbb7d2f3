-- What the roles may reach, anew at each start. OWNER, SERVE and DATABASE stand for names; run it
-- in the database postgres, as a superuser. Databases of unit tests begin with test_.
DO $$
DECLARE
    place name;
    who name;
BEGIN
    FOR place IN SELECT datname FROM pg_database LOOP
        EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', place);
        EXECUTE format('ALTER ROLE "SERVE" IN DATABASE %I RESET ALL', place);
        IF starts_with(place, 'test_') THEN
            EXECUTE format('REVOKE ALL ON DATABASE %I FROM "SERVE"', place);
        END IF;
    END LOOP;
    FOR place, who IN
        VALUES ('DATABASE', 'metrics'), ('postgres', 'backup'), ('postgres', 'OWNER')
    LOOP
        IF EXISTS (SELECT FROM pg_roles WHERE rolname = who) THEN
            EXECUTE format('GRANT CONNECT ON DATABASE %I TO %I', place, who);
        END IF;
    END LOOP;
END $$;

ALTER ROLE "SERVE" RESET ALL;

GRANT CONNECT ON DATABASE "DATABASE" TO "SERVE";
