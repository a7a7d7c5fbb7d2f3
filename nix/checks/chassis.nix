# The chassis's unit tests, on a database of their own, with each driver for PostgreSQL.
{
  buildCheck,
  pythons,
  squawk,
  template,
  with-db,
}:
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
    with-db python -m pytest -p no:cacheprovider \
      --cov --cov-report= --cov-fail-under=0 --junit-xml "$out/junit.xml"
    with-db python -m pytest -p no:cacheprovider --ds tests.psycopg.settings --cov --cov-append \
      --cov-report=term --cov-report="xml:$out/coverage.xml" --junit-xml "$out/junit-psycopg.xml"
  ''
