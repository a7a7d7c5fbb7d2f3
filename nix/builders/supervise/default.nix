# supervisord in the foreground for programs that live and die together. The
# server's container and the cluster of plain processes run under it.
{ runCommand, pythons }:
runCommand "supervise"
  {
    meta = {
      mainProgram = "supervise";
      description = "Run the programs of a supervisord.conf until one of them ends";
    };
  }
  ''
    mkdir -p $out/bin
    # Without a shell in between: the server's image has none.
    { echo "#!${pythons.supervisor}/bin/python -P"; cat ${./supervise.py}; } >$out/bin/supervise
    chmod +x $out/bin/supervise
  ''
