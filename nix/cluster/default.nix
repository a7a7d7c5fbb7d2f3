# The cluster as plain processes on loopback: what `nix run` starts.
{
  writeShellApplication,
  db,
  server,
  supervise,
  postgresql_17,
  pythons,
}:
writeShellApplication {
  name = "templatesite";
  runtimeInputs = [
    db
    postgresql_17
    server
    supervise
  ];
  runtimeEnv.CLUSTER_CONFIGURATION = "${./supervisord.conf}";
  text = ''exec ${pythons.supervisor}/bin/python ${./run.py} "$@"'';
  meta.description = "The whole cluster as plain processes on this machine";
}
