# How facts.toml and what it is about differ: lists of sentences, empty where they agree.
let
  inherit (builtins)
    attrNames
    concatMap
    elem
    filter
    isList
    isString
    split
    ;
  facts = builtins.fromTOML (builtins.readFile ./facts.toml);
  debian = (import ../debian/packages).x86_64-linux;

  required = list: filter (name: !(list.${name}.optional or false)) (attrNames list);
  parts = path: filter isString (split "\\." path);
  has = set: path: builtins.foldl' (value: name: value.${name} or null) set (parts path) != null;

  # What nix/ names of a package.
  named =
    name: fact:
    [ name ]
    ++ map (output: "${name}.${output}") (builtins.tail (fact.outputs or [ "" ]))
    ++ (if fact ? override then [ "${name}.override" ] else [ ])
    ++ (if fact ? mainProgram then [ "${name}.meta.mainProgram" ] else [ ]);
  attributes =
    concatMap (name: named name facts.packages.${name}) (required facts.packages)
    ++ required facts.functions
    ++ map (name: "python313.pkgs.${name}") (required facts.pythonPackages)
    ++ map (name: "lib.${name}") (required facts.lib);

  listed =
    attrNames facts.packages
    ++ map (name: builtins.head (parts name)) (attrNames facts.functions)
    ++ [
      "debian" # what its sets have of one another
      "lib"
      "stdenv"
    ];
  calls = concatMap (part: if isList part then part else [ ]) (
    split "machine\\.([a-z_]+)" (builtins.readFile ../../tests/vm/script.py)
  );
in
{
  # Of two lists of names.
  differences =
    one: other:
    map (name: "more: ${name}") (filter (name: !elem name other) one)
    ++ map (name: "less: ${name}") (filter (name: !elem name one) other);

  # What is listed and a package set lacks.
  missing = pkgs: map (path: "lacks ${path}") (filter (path: !has pkgs path) attributes);

  # What the Debian set has and the list does not.
  unlisted = map (name: "not listed: ${name}") (
    filter (name: !elem name listed) (attrNames debian)
    ++ map (name: "lib.${name}") (filter (name: !facts.lib ? ${name}) (attrNames debian.lib))
  );

  # Methods of the test driver that the script calls and the list lacks.
  driver = map (name: "not listed: machine.${name}") (filter (name: !facts.driver ? ${name}) calls);
}
