# What python.lock.json has, by PyPI's names. A root without one has the template's.
{
  lib,
  root,
  template,
}:
let
  own = root + "/python.lock.json";
  file = if builtins.pathExists own then own else template + "/python.lock.json";
in
lib.listToAttrs (
  map (entry: lib.nameValuePair entry.name entry) (lib.importJSON file).files
)
