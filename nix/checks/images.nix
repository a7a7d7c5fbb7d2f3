# The images as Docker would run them, without Docker: unpacked, judged by
# images/expected.json, and started under bubblewrap with their own user, a
# read-only root and no capabilities.
{
  callPackage,
  archives,
  bubblewrap,
  pythons,
}:
callPackage ./reported.nix { } "images"
  {
    nativeBuildInputs = [
      bubblewrap
      pythons.system-test
    ];
    inherit archives;
    tests = ./images;
    source = ../../src;
    configuration = ../../pyproject.toml;
  }
  ''
    cp -r --no-preserve=mode "$tests" tests
    cp ${./waiting.py} tests/waiting.py
    export PYTHONDONTWRITEBYTECODE=1
    python -m pytest --durations 5 -p no:cacheprovider --junit-xml "$out/junit.xml" tests
  ''
