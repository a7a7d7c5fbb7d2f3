# The errors that nginx answers by itself, in the format of the service's others.
{
  pythons,
  runCommand,
  service,
  trees,
}:
runCommand "server-errors" (service.environment // { nativeBuildInputs = [ pythons.static ]; }) ''
  export DEBUG_MODE=true PYTHONDONTWRITEBYTECODE=1
  mkdir $out
  python ${trees.static}/manage.py writeerrors $out --skip-checks
''
