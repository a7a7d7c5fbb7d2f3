# Grafana's dashboards: the template's, and the team's of monitoring/dashboards.
{ runCommand, trees }:
runCommand "dashboards" { inherit (trees) dashboards; } ''
  mkdir $out
  cp ${./dashboards}/*.json $out/
  for file in "$dashboards"/dashboards/*.json; do
    [ ! -e "$file" ] || cp "$file" "$out/own-''${file##*/}"
  done
''
