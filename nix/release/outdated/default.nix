# Tells what is newer than the locks of the root: `nix run .#outdated`.
{
  lib,
  provenSet,
  pythons,
  root,
  runCommand,
  template,
  writeShellApplication,
}:
let
  inherit (provenSet) fetch;
  requirements =
    lib.splitString "\n" (builtins.readFile (fetch + "/wheels.txt"))
    ++ import ../../service/python/pypi.nix { inherit lib root template; };
  # What `relock wheels` gives pip.
  ranges = runCommand "ranges" { requirements = lib.concatStringsSep "\n" requirements; } ''
    mkdir $out
    echo "$requirements" >$out/requirements.txt
    cp ${fetch + "/constraints.txt"} $out/constraints.txt
  '';
  environment = {
    ARCHIVE = "${provenSet.scripts}/archive.sh";
    COMMON = "${template + "/nix/common.sh"}";
    FETCH = "${fetch}";
    PYTHONPATH = "${provenSet.scripts}:${../audit/scripts}";
    RANGES = "${ranges}";
    SOLVER = "${fetch}/lock-wheels.py";
  };
  scripts = "${./scripts}";
in
writeShellApplication {
  name = "outdated";
  runtimeEnv = environment;
  text = ''exec ${pythons.audit}/bin/python ${scripts}/outdated.py "$@"'';
  meta.description = "Tell what is newer than the locks, and what is told of security in between";
}
# What `update` asks, too.
// {
  inherit environment scripts;
}
