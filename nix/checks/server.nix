# The server and the database as real processes: what load, stops, crashes and
# proxies do to them.
{
  callPackage,
  db,
  log,
  postgresql_17,
  pythons,
  server,
}:
let
  reported = callPackage ./reported.nix { };
in
reported "server"
  {
    nativeBuildInputs = [
      db
      log
      postgresql_17
      pythons.system-test
      server
    ];
    tests = ./server;
    startScript = ../server/start.py;
    readme = ../../src/README.md;
  }
  ''
    cp -r --no-preserve=mode "$tests" tests
    cp ${./processes.py} tests/processes.py
    cp ${./waiting.py} tests/waiting.py
    export PYTHONDONTWRITEBYTECODE=1
    python -m pytest --durations 5 -p no:cacheprovider --junit-xml "$out/junit.xml" tests
  ''
