# Every URL of the service, asked in every way: no answer is a 5xx.
{
  buildCheck,
  pythons,
  root,
  service,
  with-db,
}:
buildCheck "walk"
  (
    service.environment
    // {
      nativeBuildInputs = [
        pythons.test
        with-db
      ];
      source = root + "/src";
      configuration = root + "/pyproject.toml";
      FIXTURES = toString service.fixtures;
    }
  )
  ''
    cp -r --no-preserve=mode "$source" src
    cp "$configuration" pyproject.toml
    export DEBUG_MODE=true PYTHONDONTWRITEBYTECODE=1
    with-db python -m pytest -c pyproject.toml -p no:cacheprovider -rP \
      --junit-xml "$out/junit.xml" --pyargs chassis.walk
  ''
