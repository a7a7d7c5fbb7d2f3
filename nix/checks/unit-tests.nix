# pytest on the database that the db image serves; then, of every view, whether its queries grow.
{ buildUnitCheck }:
buildUnitCheck "unit-tests" { } ''
  src --pyargs service_checks.growth \
  --cov --cov-report=term --cov-report="xml:$out/coverage.xml"
''
