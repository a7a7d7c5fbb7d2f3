# supervisord in the foreground for programs that live and die together. The
# server's container and the cluster of plain processes run under it.
{ writeShellApplication, pythons }:
writeShellApplication {
  name = "supervise";
  text = ''exec ${pythons.supervisor}/bin/python -P ${./supervise.py} "$@"'';
  meta.description = "Run the programs of a supervisord.conf until one of them ends";
}
