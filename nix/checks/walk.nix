# Every URL of the service, asked in every way: no answer is a 5xx.
{ buildUnitCheck, service }:
buildUnitCheck "walk" { FIXTURES = toString service.fixtures; } ''
  -c pyproject.toml -rP --pyargs service_checks.walk
''
