# A check (check.nix) that runs pytest beside src/, on a copy of the prepared database.
{
  buildCheck,
  configuration,
  pythons,
  root,
  service,
  with-db,
}:
name: variables: arguments:
buildCheck name
  (
    service.environment
    // {
      nativeBuildInputs = [
        pythons.test
        with-db
      ];
      source = root + "/src";
      inherit configuration;
    }
    // variables
  )
  ''
    cp -r --no-preserve=mode "$source" src
    cp "$configuration" pyproject.toml
    export DEBUG_MODE=true PYTHONDONTWRITEBYTECODE=1
    with-db python -m pytest -p no:cacheprovider --junit-xml "$out/junit.xml" ${arguments}
  ''
