-- The role that serves: it reads and writes rows, and gives up in time. All files of
-- this folder are run in the service's database, as a superuser or as a role that may
-- make roles and is a member of the owner. :"owner" and the like are psql's variables.
CREATE ROLE :"serve" LOGIN;
