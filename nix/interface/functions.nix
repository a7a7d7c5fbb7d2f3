# The functions of the stand-ins: they take what facts.toml lists, and nothing else.
{
  facts,
  system,
  pythonPackages,
}:
let
  inherit (builtins) attrNames elem filter;

  # A derivation that refers to all that `arguments` name.
  standIn =
    name: arguments:
    derivation (
      {
        inherit name system;
        builder = "/stand-in";
        arguments = builtins.toJSON (plain arguments);
      }
      // (if arguments ? outputs then { inherit (arguments) outputs; } else { })
    );

  # Without functions, which a derivation cannot keep; they stay attributes of its value.
  plain =
    value:
    if builtins.isAttrs value && !(value ? outPath) then
      builtins.mapAttrs (_: plain) (
        removeAttrs value (filter (name: builtins.isFunction value.${name}) (attrNames value))
      )
    else if builtins.isList value then
      map plain value
    else
      value;

  # `function`, for the arguments that nixpkgs's own takes.
  strict =
    name: fact: function: arguments:
    let
      unknown = filter (argument: !elem argument fact.takes) (attrNames arguments);
      missing = filter (argument: !(arguments ? ${argument})) (fact.requires or [ ]);
    in
    if fact ? takes && unknown != [ ] then
      throw (
        "${name} of nixpkgs takes no ${builtins.concatStringsSep ", " unknown}; "
        + "nix/interface/facts.toml lists what it takes"
      )
    else if missing != [ ] then
      throw "${name} of nixpkgs needs ${builtins.concatStringsSep ", " missing}"
    else
      function arguments;

  listed = name: strict name facts.functions.${name};

  # What a builder gives: the derivation, its attributes, meta and passthru.
  built =
    name: arguments:
    removeAttrs arguments [
      "meta"
      "name"
      "passthru"
    ]
    // standIn name arguments
    // arguments.passthru or { }
    // {
      meta = arguments.meta or { };
    };

  options = import ../debian/vm/flatten.nix {
    known = facts.options;
    unknown =
      path: throw "NixOS has no option ${path}; nix/interface/facts.toml lists those that it has";
  };
in
{
  inherit standIn strict;

  functions = {
    closureInfo = listed "closureInfo" (built "closure-info");
    fetchFromGitHub = listed "fetchFromGitHub" (built "source");
    fetchPypi = listed "fetchPypi" (built "source");
    mkShellNoCC = built "nix-shell";
    runCommand =
      name: environment: buildCommand:
      built name (environment // { inherit buildCommand; });
    testers.runNixOSTest = listed "testers.runNixOSTest" (
      test:
      let
        driver = standIn "driver" {
          nodes = builtins.mapAttrs (_: options) test.nodes;
          inherit (test) testScript;
        };
      in
      driver
      // {
        inherit driver;
        driverInteractive = driver;
      }
    );
    # Of the two, only this one names a main program by itself.
    writeShellApplication = listed "writeShellApplication" (
      arguments:
      built arguments.name (
        arguments
        // {
          meta = {
            mainProgram = arguments.name;
          }
          // arguments.meta or { };
        }
      )
    );
    writeTextFile = listed "writeTextFile" (arguments: built arguments.name arguments);
  }
  // (
    if facts.functions ? linkFarm then
      { linkFarm = name: entries: built name { inherit entries; }; }
    else
      { }
  );

  python = {
    withPackages = select: standIn "python3-env" { packages = select pythonPackages; };
    pkgs = pythonPackages // {
      toPythonModule = derivation: derivation;
      buildPythonPackage = arguments: built arguments.pname arguments;
    };
  };
}
