# The static files of every installed app, as collectstatic gathers them.
{ runCommand, pythons }:
let
  source = import ./source.nix;
in
runCommand "templatesite-static" { nativeBuildInputs = [ pythons.server ]; } ''
  export DEBUG_MODE=true STATIC_ROOT=$out PYTHONDONTWRITEBYTECODE=1
  python ${source}/manage.py collectstatic --no-input --verbosity 0
''
