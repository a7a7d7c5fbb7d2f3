# pytest on the database that the db image serves.
{
  callPackage,
  pythons,
  with-db,
}:
let
  reported = callPackage ./reported.nix { };
in
reported "unit-tests"
  {
    nativeBuildInputs = [
      pythons.test
      with-db
    ];
    source = ../../src;
    configuration = ../../pyproject.toml;
  }
  ''
    cp -r "$source" src
    cp "$configuration" pyproject.toml
    export DEBUG_MODE=true PYTHONDONTWRITEBYTECODE=1
    with-db python -m pytest -p no:cacheprovider \
      --cov --cov-report=term --cov-report="xml:$out/coverage.xml" --junit-xml "$out/junit.xml"
  ''
