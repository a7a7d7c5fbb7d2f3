# The requirements that pip is asked for: those of the template and of a root, but for what the
# root's overlay brings.
{
  lib,
  root,
  template,
}:
let
  parse = import ./requirement.nix { inherit lib; };
  listed =
    file:
    let
      declared = lib.importTOML file;
      # The chassis is the template's own, and a root asks for its extras.
      elsewhere = [
        "chassis"
      ]
      ++ map (name: (parse name).name or name) (declared.tool.template.overlay or [ ]);
      isPyPIs =
        requirement:
        let
          parsed = parse requirement;
        in
        if parsed ? fault then
          throw "pyproject.toml: ${builtins.toJSON requirement} ${parsed.fault}"
        else
          !builtins.elem parsed.name elsewhere;
    in
    builtins.filter isPyPIs (import ./listed.nix declared);
in
lib.concatMap listed [
  (template + "/nix/service/python/pyproject.toml")
  (template + "/chassis/pyproject.toml")
  (root + "/pyproject.toml")
]
