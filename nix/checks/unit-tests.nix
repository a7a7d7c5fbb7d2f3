# pytest on the database that the db image serves.
{ buildUnitCheck }:
buildUnitCheck "unit-tests" { } ''
  --cov --cov-report=term --cov-report="xml:$out/coverage.xml"
''
