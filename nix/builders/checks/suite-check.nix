# A check (check.nix) that runs a suite of tests/, and what the shell `tests` has for it.
{
  buildCheck,
  pythons,
  service,
  template,
}:
name:
{
  # The suite in tests/.
  folder ? name,
  # Programs and variables that the tests find.
  packages ? [ ],
  variables ? { },
  # Whether it takes longer than the others (check.nix).
  long ? false,
  # The lines that run it, in a copy of tests/.
  script ? ''
    python -m pytest --durations 5 --junit-xml "$out/junit.xml" ${folder}
  '',
}:
let
  own = variables // {
    SERVICE_NAME = service.name;
    SERVICE_DATABASE = service.database;
  };
  # The suite and what all share.
  taken = "${toString (template + "/tests")}/(conftest.py|pytest.ini|(support|${folder})(/.*)?)";
  tests = builtins.path {
    name = "tests";
    path = template + "/tests";
    filter =
      path: _:
      builtins.match ".*/__pycache__" (toString path) == null
      && builtins.match taken (toString path) != null;
  };
in
buildCheck name
  (
    own
    // {
      inherit long tests;
      nativeBuildInputs = packages ++ [ pythons.tests ];
      PYTHONDONTWRITEBYTECODE = "1";
    }
  )
  ''
    cp -r --no-preserve=mode "$tests" tests
    cd tests
    ${script}
  ''
// {
  suite = {
    inherit packages;
    variables = own;
  };
}
