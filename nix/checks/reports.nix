# Every check's report in one directory, and a summary of all.
{
  lib,
  runCommand,
  pythons,
  checks,
}:
let
  reports = lib.mapAttrs (_: check: check.report) checks;
  links = lib.concatMap (name: [ "ln -s ${reports.${name}} $out/${name}" ]) (lib.attrNames reports);
in
runCommand "reports" { nativeBuildInputs = [ pythons.system-test ]; } ''
  mkdir $out
  ${builtins.concatStringsSep "\n" links}
  python -P ${./summary.py} $out >$out/summary
''
