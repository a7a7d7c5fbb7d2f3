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
    isString
    match
    replaceStrings
    toString
    ;
in
rec {
  inherit (builtins)
    attrNames
    attrValues
    concatLists
    concatMap
    concatStringsSep
    length
    listToAttrs
    mapAttrs
    ;

  concatMapStringsSep =
    separator: function: list:
    concatStringsSep separator (map function list);

  importJSON = file: builtins.fromJSON (builtins.readFile file);

  importTOML = file: builtins.fromTOML (builtins.readFile file);

  imap0 =
    function: list:
    builtins.genList (index: function index (builtins.elemAt list index)) (builtins.length list);

  filterAttrs =
    keep: set:
    builtins.listToAttrs (
      map (name: nameValuePair name set.${name}) (
        filter (name: keep name set.${name}) (builtins.attrNames set)
      )
    );

  isDerivation = value: value.type or null == "derivation";

  toLower =
    let
      letters = text: filter (letter: letter != "" && isString letter) (builtins.split "" text);
    in
    replaceStrings (letters "ABCDEFGHIJKLMNOPQRSTUVWXYZ") (letters "abcdefghijklmnopqrstuvwxyz");

  unique = builtins.foldl' (found: item: if elem item found then found else found ++ [ item ]) [ ];

  hasSuffix =
    suffix: text:
    let
      rest = builtins.stringLength text - builtins.stringLength suffix;
    in
    rest >= 0 && builtins.substring rest (-1) text == suffix;

  hasPrefix = prefix: text: builtins.substring 0 (builtins.stringLength prefix) text == prefix;

  splitString = separator: text: filter isString (builtins.split "[${separator}]" text);

  removePrefix =
    prefix: text:
    let
      length = builtins.stringLength prefix;
    in
    if builtins.substring 0 length text == prefix then builtins.substring length (-1) text else text;

  take = count: list: builtins.genList (builtins.elemAt list) count;

  nameValuePair = name: value: { inherit name value; };

  mapAttrs' =
    function: set:
    builtins.listToAttrs (map (name: function name set.${name}) (builtins.attrNames set));

  versionAtLeast = version: least: builtins.compareVersions version least >= 0;

  optional = condition: item: if condition then [ item ] else [ ];

  optionalString = condition: text: if condition then text else "";

  optionalAttrs = condition: set: if condition then set else { };

  mapAttrsToList = function: set: builtins.attrValues (mapAttrs function set);

  genAttrs =
    names: value:
    builtins.listToAttrs (
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

  makeScope =
    newScope: function:
    let
      self = function self // {
        newScope = scope: newScope (self // scope);
        callPackage = self.newScope { };
        overrideScope =
          overlay:
          makeScope newScope (
            final:
            let
              previous = function final;
            in
            previous // overlay final previous
          );
        packages = function;
      };
    in
    self;

  callPackageWith =
    scope: package: arguments:
    let
      function = if isFunction package then package else import package;
      result = function (intersectAttrs (functionArgs function) scope // arguments);
      override = changed: callPackageWith scope package (arguments // changed);
    in
    if isAttrs result then result // { inherit override; } else result;
}
