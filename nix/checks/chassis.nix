# The chassis's unit tests, on a database of their own, with each driver for PostgreSQL.
{
  lib,
  buildCheck,
  pythons,
  squawk,
  template,
  with-db,
  # pytest's arguments, for some of the tests or one driver; no line must be tested then.
  selection ? null,
}:
let
  first = if selection != null then selection else "--cov --cov-report= --cov-fail-under=0";
in
buildCheck "chassis"
  {
    nativeBuildInputs = [
      pythons.drivers
      squawk
      with-db
    ];
    source = template + "/chassis";
    variables = template + "/docs/variables.md";
  }
  ''
    cp -r --no-preserve=mode "$source" chassis
    mkdir docs
    cp "$variables" docs/variables.md
    cd chassis
    export DEBUG_MODE=true PYTHONDONTWRITEBYTECODE=1
    with-db python -m pytest -p no:cacheprovider --junit-xml "$out/junit.xml" ${first}
    ${lib.optionalString (selection == null) ''
      with-db python -m pytest -p no:cacheprovider --ds tests.psycopg.settings \
        --junit-xml "$out/junit-psycopg.xml"
      # Counting coverage takes half as long again: here, of what psycopg 3 alone runs.
      with-db python -m pytest -p no:cacheprovider --ds tests.psycopg.settings \
        --cov --cov-append --cov-report=term --cov-report=xml:$out/coverage.xml \
        tests/test_commands.py
    ''}
  ''
