# The chassis's unit tests, on a database of their own.
{
  buildCheck,
  pythons,
  template,
  with-db,
}:
buildCheck "chassis"
  {
    nativeBuildInputs = [
      pythons.test
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
      --cov --cov-report=term --cov-report="xml:$out/coverage.xml" --junit-xml "$out/junit.xml"
  ''
