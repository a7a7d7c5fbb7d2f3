# Every check's report in one directory.
{
  lib,
  runCommand,
  checks,
}:
let
  links = lib.mapAttrsToList (name: check: "ln -s ${check.report} $out/${name}") checks;
in
runCommand "reports" { } ''
  mkdir $out
  ${lib.concatStringsSep "\n" links}
''
