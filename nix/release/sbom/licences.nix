# Texts of what nixpkgs has as meta.license: one or a list, each a set of lib.licenses, a text, or a
# compound of others as lib.licenses.AND, OR, WITH and PLUS make it; as SPDX writes them.
{ lib }:
value:
let
  text =
    license:
    if builtins.isString license then
      license
    else if license ? licenses then
      "(${lib.concatMapStringsSep " ${license.operator} " text license.licenses})"
    else if license ? exception then
      "${text license.license} WITH ${text license.exception}"
    else if license ? license then
      "${text license.license}+"
    else
      license.spdxId or license.fullName or license.shortName or "unknown";
in
map text (if builtins.isList value then value else [ value ])
