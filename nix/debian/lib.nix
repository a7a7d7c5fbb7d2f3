# The part of nixpkgs's `lib` that nix/ uses, with the same meaning.
let
  inherit (builtins)
    all
    any
    attrNames
    concatStringsSep
    elem
    filter
    functionArgs
    head
    intersectAttrs
    isFunction
    isString
    listToAttrs
    match
    replaceStrings
    substring
    stringLength
    toString
    ;

  startsWith = prefix: text: substring 0 (stringLength prefix) text == prefix;
in
rec {
  inherit (builtins) concatMap mapAttrs attrNames attrValues;

  genAttrs =
    names: value:
    listToAttrs (
      map (name: {
        inherit name;
        value = value name;
      }) names
    );

  intersectLists = wanted: filter (item: elem item wanted);

  getExe =
    package:
    "${package}/bin/${package.meta.mainProgram or (throw "lib.getExe: ${package.name} has no meta.mainProgram")}";

  getExe' = package: program: "${package}/bin/${program}";

  makeBinPath = packages: concatStringsSep ":" (map (package: "${package}/bin") packages);

  escapeShellArg =
    argument:
    let
      text = toString argument;
    in
    if match "[[:alnum:],._+:@%/-]+" text != null then
      text
    else
      "'${replaceStrings [ "'" ] [ "'\\''" ] text}'";

  # No `override` on the result: nix/ does not use it.
  callPackageWith =
    scope: package: arguments:
    let
      function = if isFunction package then package else import package;
    in
    function (intersectAttrs (functionArgs function) scope // arguments);

  # Here a file set is what it contains: a list of paths. nix/ needs no more.
  fileset = {
    unions = sets: builtins.concatLists (map (set: if builtins.isList set then set else [ set ]) sets);

    toSource =
      { root, fileset }:
      let
        wanted = map toString (if builtins.isList fileset then fileset else [ fileset ]);
        within = path: any (directory: path == directory || startsWith "${directory}/" path) wanted;
        above = path: any (startsWith "${path}/") wanted;
      in
      {
        outPath = builtins.path {
          path = root;
          name = "source";
          filter = path: _: within path || above path;
        };
      };
  };
}
