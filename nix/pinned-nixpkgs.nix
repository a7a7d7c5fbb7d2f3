# The revision and the hash of the nixpkgs that the lock file $LOCK pins for its root.
let
  lock = builtins.fromJSON (builtins.readFile (builtins.getEnv "LOCK"));

  # An input is the name of a node, or for `follows` the inputs that lead there from the root.
  node = input: if builtins.isList input then follow lock.root input else input;
  follow =
    from: path:
    if path == [ ] then
      from
    else
      follow (node lock.nodes.${from}.inputs.${builtins.head path}) (builtins.tail path);

  pinned = lock.nodes.${follow lock.root [ "nixpkgs" ]}.locked;
in
pinned.rev + " " + pinned.narHash
