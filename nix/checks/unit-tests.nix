# pytest on the database that the db image serves.
{
  buildCheck,
  pythons,
  root,
  service,
  with-db,
}:
buildCheck "unit-tests"
  (
    service.environment
    // {
      nativeBuildInputs = [
        pythons.test
        with-db
      ];
      source = root + "/src";
      configuration = root + "/pyproject.toml";
    }
  )
  ''
    cp -r --no-preserve=mode "$source" src
    cp "$configuration" pyproject.toml
    export DEBUG_MODE=true PYTHONDONTWRITEBYTECODE=1
    with-db python -m pytest -p no:cacheprovider \
      --cov --cov-report=term --cov-report="xml:$out/coverage.xml" --junit-xml "$out/junit.xml"
  ''
