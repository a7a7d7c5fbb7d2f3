-- Only the owner may make and write large objects, which no table refers to. Run it in
-- the service's database, as a superuser.
REVOKE EXECUTE ON FUNCTION
    lo_creat(integer), lo_create(oid), lo_from_bytea(oid, bytea),
    lo_put(oid, bigint, bytea), lowrite(integer, bytea),
    lo_truncate(integer, integer), lo_truncate64(integer, bigint)
    FROM PUBLIC;

GRANT EXECUTE ON FUNCTION
    lo_creat(integer), lo_create(oid), lo_from_bytea(oid, bytea),
    lo_put(oid, bigint, bytea), lowrite(integer, bytea),
    lo_truncate(integer, integer), lo_truncate64(integer, bigint)
    TO :"owner";
