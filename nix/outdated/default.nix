# Tells what is newer than the locks of the root: `nix run .#outdated`.
{
  lib,
  pythons,
  root,
  runCommand,
  template,
  writeShellApplication,
}:
let
  fetch = template + "/nix/debian/fetch";
  listed = file: import ../python/listed.nix (lib.importTOML file);
  # Those of the overlay are not PyPI's.
  overlay = (lib.importTOML (root + "/pyproject.toml")).tool.template.overlay or [ ];
  parse = import ../python/requirement.nix { inherit lib; };
  requirements =
    lib.splitString "\n" (builtins.readFile (fetch + "/wheels.txt"))
    ++ builtins.filter (requirement: !builtins.elem (parse requirement).name overlay) (
      lib.concatMap listed [
        (template + "/nix/python/pyproject.toml")
        (template + "/chassis/pyproject.toml")
        (root + "/pyproject.toml")
      ]
    );
  # What `relock wheels` gives pip.
  ranges = runCommand "ranges" { requirements = lib.concatStringsSep "\n" requirements; } ''
    mkdir $out
    echo "$requirements" >$out/requirements.txt
    cp ${fetch + "/constraints.txt"} $out/constraints.txt
  '';
  environment = {
    ARCHIVE = "${../audit/archive.sh}";
    COMMON = "${template + "/nix/common.sh"}";
    FETCH = "${fetch}";
    PYTHONPATH = "${../audit/scripts}";
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
