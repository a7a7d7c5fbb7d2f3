# A check as two derivations: `report` always succeeds and keeps what the tests
# wrote to $out, their log and their exit status; the check itself fails on that
# status. So a report is there also when the tests fail.
{ runCommand }:
name: environment: script:
let
  # Nix begins builds in the order of their names: those that say that they are `long` come first.
  order = if environment.long or false then "0-" else "";
  variables = removeAttrs environment [ "long" ];
  report = runCommand "${order}${name}-report" (variables // { inherit script; }) ''
    mkdir $out
    status=0
    bash -euo pipefail -c "$script" 2>&1 | tee $out/log || status=$?
    echo "$status" >$out/status
  '';
in
runCommand name { passthru = { inherit report; }; } ''
  status=$(cat ${report}/status)
  if [ "$status" != 0 ]; then
    cat ${report}/log
    echo "${name} failed with status $status; its report is ${report}"
    echo "A report is kept like any build. To run the same tests again:" \
      "rm -f result; ./nixw store delete ${report}"
    exit 1
  fi
  ln -s ${report} $out
''
