# A requirement of a pyproject.toml (PEP 508): the package's name as PyPI compares names, and its
# extras; or `fault`, a sentence that tells why it can be had in no package set.
{ lib }:
requirement:
let
  isText = builtins.isString requirement;
  parts = builtins.match "([A-Za-z0-9][A-Za-z0-9._-]*) *(\\[([^]]*)])? *([^][;@]*)" requirement;
  has = character: lib.length (lib.splitString character requirement) > 1;
  words = separator: text: builtins.filter (word: word != "") (lib.splitString separator text);
  dashed = builtins.replaceStrings [ "_" "." ] [ "-" "-" ];
  extras = builtins.elemAt parts 2;
in
if !isText then
  { fault = "is no text, such as \"django>=5.2,<6\"."; }
else if has ";" then
  {
    fault =
      "has a marker (;), but there is only one Python and one system: "
      + "list it, or leave it out.";
  }
else if has "@" then
  {
    fault =
      "has an address (@): list a range of PyPI's versions, or bring the package by the overlay.";
  }
else if parts == null then
  { fault = "is no requirement, such as \"django>=5.2,<6\"."; }
else
  {
    # Lower case, and one - for each run of -, _ and .
    name = lib.concatStringsSep "-" (words "-" (dashed (lib.toLower (builtins.head parts))));
    extras = if extras == null then [ ] else words "," (builtins.replaceStrings [ " " ] [ "" ] extras);
  }
