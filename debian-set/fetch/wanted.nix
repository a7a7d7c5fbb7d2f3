# What the Debian set is made from, for the root and the template that ROOT and TEMPLATE name: lists
# of requirements, and which locks were made from other lists.
let
  root = /. + builtins.getEnv "ROOT";
  template = /. + builtins.getEnv "TEMPLATE";
  inherit (builtins)
    attrNames
    concatStringsSep
    filter
    hashString
    isString
    readFile
    ;

  inputs = {
    lib = import ../lib.nix;
    inherit root template;
  };

  # Comments are no part of a list.
  significant =
    file:
    lines (
      filter (line: isString line && builtins.match "|#.*" line == null) (
        builtins.split "\n" (readFile file)
      )
    );
  lines = requirements: concatStringsSep "\n" requirements + "\n";
  texts = {
    packages = significant ./packages.txt;
    wheels =
      significant ./wheels.txt
      + lines (import (template + "/nix/service/python/pypi.nix") inputs);
    constraints = significant ./constraints.txt + significant ./constraints-next.txt;
  };
  hashes = {
    packages = hashString "sha256" texts.packages;
    wheels = hashString "sha256" (texts.wheels + texts.constraints);
  };
  locks = {
    packages = [
      "debian-packages.lock.json"
      "debian-packages-arm64.lock.json"
    ];
    wheels = [ "python.lock.json" ];
  };
  isStale =
    name:
    builtins.any (
      lock: (builtins.fromJSON (readFile (../. + "/${lock}"))).list != hashes.${name}
    ) locks.${name};
  # Whether the root's requirements.txt is of another lock.
  written = root + "/requirements.txt";
  isBehind = !builtins.pathExists written || readFile written != requirements;
  requirements = import (template + "/nix/service/python/requirements-txt.nix") (
    import (template + "/nix/service/python/lock.nix") inputs
  );
in
texts
// {
  hash = hashes;
  sources = (builtins.fromTOML (readFile (root + "/pyproject.toml"))).tool.template.sources or "";
  inherit requirements;
  stale = lines (
    filter isStale (attrNames hashes) ++ (if isBehind then [ "requirements" ] else [ ])
  );
}
