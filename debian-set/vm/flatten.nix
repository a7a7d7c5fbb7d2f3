# A machine's options as a flat set, { a.b = 1; } as { "a.b" = 1; }: whatever is below a path
# of `known`, a set by path, is its value; `unknown` says of another path that there is none.
{ known, unknown }:
let
  flatten =
    prefix: set:
    builtins.concatMap (
      name:
      let
        path = "${prefix}${name}";
        value = set.${name};
      in
      if known ? ${path} then
        [
          {
            name = path;
            inherit value;
          }
        ]
      else if builtins.isAttrs value then
        flatten "${path}." value
      else
        unknown path
    ) (builtins.attrNames set);
in
machine: builtins.listToAttrs (flatten "" machine)
