# How facts.toml and package sets differ: lists of sentences, empty where they agree.
let
  inherit (builtins)
    attrNames
    concatMap
    elem
    filter
    ;
  facts = builtins.fromTOML (builtins.readFile ./facts.toml);
  script = builtins.readFile ../checks/vm/script.py;

  required = list: filter (name: !(list.${name}.optional or false)) (attrNames list);
  has = path: set: builtins.foldl' (value: name: value.${name} or null) set path != null;
  split = name: filter builtins.isString (builtins.split "\\." name);
  needs =
    fact:
    (if fact ? override then [ "override" ] else [ ])
    ++ (if fact ? mainProgram then [ "meta.mainProgram" ] else [ ]);
  lacks = names: map (name: "lacks ${name}") names;
in
{
  differences =
    one: other:
    map (name: "more: ${name}") (filter (name: !elem name other) one)
    ++ map (name: "less: ${name}") (filter (name: !elem name one) other);

  missing =
    { lib, pkgs }:
    let
      package =
        name:
        let
          fact = facts.packages.${name};
          found = pkgs.${name};
          outputs = filter (output: output != builtins.head fact.outputs) (fact.outputs or [ ]);
        in
        if !pkgs ? ${name} then
          lacks [ name ]
        else
          lacks (map (output: "${name}.${output}") (filter (output: !found ? ${output}) outputs))
          ++ lacks (map (part: "${name}.${part}") (filter (part: !has (split part) found) (needs fact)));
    in
    concatMap package (required facts.packages)
    ++ lacks (filter (name: !has (split name) pkgs) (required facts.functions))
    ++ lacks (filter (name: !pkgs.python313.pkgs ? ${name}) (required facts.pythonPackages))
    ++ lacks (map (name: "lib.${name}") (filter (name: !pkgs.lib ? ${name}) (required facts.lib)));

  # What the Debian set has and the list does not: attributes and functions of lib.
  unlisted =
    { lib }:
    let
      debian = import ../debian;
      listed =
        attrNames facts.packages
        ++ map (name: builtins.head (split name)) (attrNames facts.functions)
        ++ [
          "lib"
          "stdenv"
        ];
    in
    map (name: "not listed: ${name}") (filter (name: !elem name listed) (attrNames debian))
    ++ map (name: "not listed: lib.${name}") (
      filter (name: !facts.lib ? ${name}) (attrNames debian.lib)
    );

  # Methods that the script calls and the list lacks.
  driver =
    { lib }:
    let
      calls = concatMap (part: if builtins.isList part then part else [ ]) (
        builtins.split "machine\\.([a-z_]+)" script
      );
    in
    map (name: "not listed: machine.${name}") (filter (name: !facts.driver ? ${name}) calls);
}
