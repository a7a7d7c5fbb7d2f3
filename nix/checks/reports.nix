# Every check's report in one directory, and a summary of all.
{
  lib,
  runCommand,
  pythons,
  checks,
}:
let
  reports = lib.mapAttrs (_: check: check.report) checks;
  links = lib.mapAttrsToList (name: report: "ln -s ${report} $out/${name}") reports;
in
runCommand "reports" { nativeBuildInputs = [ pythons.tests ]; } ''
  mkdir $out
  ${lib.concatStringsSep "\n" links}
  python -P ${./summary.py} $out >$out/summary || true
''
