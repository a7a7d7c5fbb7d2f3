# A check (reported.nix) that runs the folder $tests with pytest; the modules of
# shared/ are there, too.
{ callPackage }:
name: environment:
callPackage ./reported.nix { } name environment ''
  cp -r --no-preserve=mode "$tests" tests
  cp ${./shared}/*.py tests/
  export PYTHONDONTWRITEBYTECODE=1
  python -m pytest --durations 5 -p no:cacheprovider --junit-xml "$out/junit.xml" tests
''
