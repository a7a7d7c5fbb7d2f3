# The part of nixpkgs's `lib` that nix/ uses, with the same meaning.
let
  inherit (builtins)
    concatStringsSep
    elem
    filter
    functionArgs
    intersectAttrs
    isAttrs
    isFunction
    listToAttrs
    match
    replaceStrings
    toString
    ;
in
rec {
  inherit (builtins)
    attrNames
    concatMap
    concatStringsSep
    length
    mapAttrs
    ;

  concatMapStringsSep =
    separator: function: list:
    concatStringsSep separator (map function list);

  importTOML = file: builtins.fromTOML (builtins.readFile file);

  imap0 =
    function: list:
    builtins.genList (index: function index (builtins.elemAt list index)) (builtins.length list);

  take = count: list: builtins.genList (builtins.elemAt list) count;

  nameValuePair = name: value: { inherit name value; };

  mapAttrs' =
    function: set: listToAttrs (map (name: function name set.${name}) (builtins.attrNames set));

  versionAtLeast = version: least: builtins.compareVersions version least >= 0;

  optional = condition: item: if condition then [ item ] else [ ];

  optionalString = condition: text: if condition then text else "";

  optionalAttrs = condition: set: if condition then set else { };

  mapAttrsToList = function: set: builtins.attrValues (mapAttrs function set);

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
    "${package}/bin/${
      package.meta.mainProgram or (throw "lib.getExe: ${package.name} has no meta.mainProgram")
    }";

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

  callPackageWith =
    scope: package: arguments:
    let
      function = if isFunction package then package else import package;
      result = function (intersectAttrs (functionArgs function) scope // arguments);
      override = changed: callPackageWith scope package (arguments // changed);
    in
    if isAttrs result then result // { inherit override; } else result;
}
