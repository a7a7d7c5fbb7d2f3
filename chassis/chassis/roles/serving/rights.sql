-- What it may do with the tables that there are.
GRANT CONNECT ON DATABASE :"database" TO :"serve";

GRANT USAGE ON SCHEMA public TO :"serve";

GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO :"serve";

GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO :"serve";
