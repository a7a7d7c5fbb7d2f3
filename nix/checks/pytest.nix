# A check (reported.nix) that runs the folder $tests with pytest, or $selected files of it; the
# modules of shared/ are there, too.
{ callPackage, service }:
name: environment:
callPackage ./reported.nix { } name
  (
    environment
    // {
      SERVICE_NAME = service.name;
      SERVICE_DATABASE = service.database;
    }
  )
  ''
    cp -r --no-preserve=mode "$tests" tests
    cp ${./shared}/*.py tests/
    export PYTHONDONTWRITEBYTECODE=1
    python -m pytest --durations 5 -p no:cacheprovider --junit-xml "$out/junit.xml" ''${selected:-tests}
  ''
