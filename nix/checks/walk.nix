# Every URL of the service, asked in every way: no answer is a 5xx.
{
  buildUnitCheck,
  service,
  trees,
}:
buildUnitCheck "walk"
  {
    FIXTURES = toString service.fixtures;
    source = trees.code;
  }
  ''
  -c pyproject.toml -rP --pyargs service_checks.walk
''
