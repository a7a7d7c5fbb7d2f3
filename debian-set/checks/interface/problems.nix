# How nixpkgs.toml and a package set differ: lists of sentences, empty where they agree.
let
  inherit (builtins) attrNames elem filter;
  list = builtins.fromTOML (builtins.readFile ../../../nix/nixpkgs.toml);
  debian = (import ../../packages).x86_64-linux;

  lacks =
    set: names: prefix:
    map (name: "lacks ${prefix}${name}") (filter (name: !(set ? ${name})) names);

  # Functions, and what is no package.
  others = [
    "closureInfo"
    "debian" # what its sets have of one another
    "fetchFromGitHub"
    "fetchPypi"
    "lib"
    "mkShellNoCC"
    "newScope"
    "runCommand"
    "stdenv"
    "testers"
    "writeShellApplication"
    "writeTextFile"
  ];
in
{
  # Of two lists of names.
  differences =
    one: other:
    map (name: "more: ${name}") (filter (name: !elem name other) one)
    ++ map (name: "less: ${name}") (filter (name: !elem name one) other);

  # What is listed and every package set must have; `optional` is for nixpkgs alone.
  missing =
    pkgs:
    lacks pkgs (attrNames list.packages) ""
    ++ lacks pkgs.python313.pkgs (attrNames list.pythonPackages) "python313.pkgs.";
  missingOptional = pkgs: lacks pkgs (attrNames list.optional) "";

  # What nix/ could take from the Debian set although nobody saw it in nixpkgs.
  unlisted = map (name: "not listed: ${name}") (
    filter (name: !elem name (attrNames list.packages ++ others)) (attrNames debian)
  );

  # The set with what only nixpkgs has as files without content, to evaluate with.
  withOptional =
    pkgs:
    let
      standIn =
        name:
        pkgs.runCommand name {
          passthru = {
            version = "99";
            prometheus = standIn "plugin"; # of Grafana's plugins
          };
          meta.mainProgram = name;
        } "touch $out";
      set =
        pkgs
        // builtins.mapAttrs (name: _: standIn name) list.optional
        // {
          linkFarm = name: entries: pkgs.runCommand name entries "touch $out";
          newScope = scope: pkgs.lib.callPackageWith (set // scope);
        };
    in
    set;
}
