# A NixOS machine's options as a flat set, { "a.b" = 1; }, if facts.toml lists each.
{ facts }:
let
  flatten =
    prefix: set:
    builtins.concatMap (
      name:
      let
        path = "${prefix}${name}";
      in
      if facts.options ? ${path} then
        [
          {
            name = path;
            value = set.${name};
          }
        ]
      else if builtins.isAttrs set.${name} then
        flatten "${path}." set.${name}
      else
        throw "NixOS has no option ${path}; nix/interface/facts.toml lists those that it has"
    ) (builtins.attrNames set);
in
machine: builtins.listToAttrs (flatten "" machine)
