# Every file of the tree has exactly one owner.
{
  lib,
  buildCommandCheck,
  template,
}:
let
  owners = lib.importTOML (template + "/docs/owners.toml");

  # The names of all files; not what is in them, so that an edit checks nothing again.
  files =
    folder: prefix:
    lib.concatLists (
      lib.mapAttrsToList (
        name: kind:
        if kind == "directory" then
          files (folder + "/${name}") "${prefix}${name}/"
        else
          [ "${prefix}${name}" ]
      ) (builtins.readDir folder)
    );
  owns = path: part: path == part || lib.hasPrefix part path && builtins.match ".*/" part != null;
  ownersOf =
    path: builtins.filter (owner: builtins.any (owns path) owners.${owner}) (lib.attrNames owners);

  wrong = builtins.filter (path: lib.length (ownersOf path) != 1) (files template "");
  line = path: "${path}: ${lib.concatStringsSep ", " (ownersOf path)}";
in
buildCommandCheck "owners" { } {
  "every file has one owner" =
    if wrong == [ ] then
      "true"
    else
      "printf '%s\\n' 'docs/owners.toml names none, or more than one, for:' ${
        lib.concatMapStringsSep " " (path: lib.escapeShellArg (line path)) wrong
      }; false";
}
