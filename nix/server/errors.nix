# The errors that nginx answers by itself, in the format of the service's others.
{
  pythons,
  runCommand,
  service,
  sources,
}:
runCommand "server-errors" (service.environment // { nativeBuildInputs = [ pythons.static ]; }) ''
  export DEBUG_MODE=true PYTHONDONTWRITEBYTECODE=1
  mkdir $out
  python ${sources.static}/manage.py writeerrors $out --skip-checks
''
