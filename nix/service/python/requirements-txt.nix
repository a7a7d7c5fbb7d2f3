# requirements.txt of a root: the lock of Python packages (lock.nix) as pip's hash mode has it,
# which other tools read.
lock:
let
  hashes =
    entry:
    entry.released or (
      [ entry.sha256 ] ++ (if entry.arm64 or null == null then [ ] else [ entry.arm64.sha256 ])
    );
  line =
    entry:
    builtins.concatStringsSep " \\\n    " (
      [ "${entry.name}==${entry.version}" ] ++ map (hash: "--hash=sha256:${hash}") (hashes entry)
    );
in
''
  # Written by ./nixw relock wheels, from python.lock.json: every Python package of the service, of
  # its tests and of its tools, with the files that the images' are.
''
+ builtins.concatStringsSep "\n" (map line (builtins.attrValues lock))
+ "\n"
