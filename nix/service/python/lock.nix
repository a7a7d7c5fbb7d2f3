# What python.lock.json has, by PyPI's names: of the list `files`, which everything is made of, or
# of `next`, what differs for the check of that name. A root without a lock has the template's.
{
  lib,
  root,
  template,
  list ? "files",
}:
let
  own = root + "/python.lock.json";
  file = if builtins.pathExists own then own else template + "/python.lock.json";
in
lib.listToAttrs (
  map (entry: lib.nameValuePair entry.name entry) (lib.importJSON file).${list} or [ ]
)
