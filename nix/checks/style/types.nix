# mypy's commands, in a tree with src/.
{ lib, platform }:
{
  "mypy src" = "mypy --cache-dir=/dev/null src";
}
// lib.optionalAttrs platform {
  "mypy chassis" = "cd chassis && PYTHONPATH=. mypy --cache-dir=/dev/null chassis service_checks";
}
