# The images as Docker would run them, without Docker: unpacked, judged by
# images/expected.json, and started under bubblewrap with their own user, a
# read-only root and no capabilities.
{
  callPackage,
  archives,
  bubblewrap,
  pythons,
}:
callPackage ./pytest.nix { } "images" {
  nativeBuildInputs = [
    bubblewrap
    pythons.system-test
  ];
  inherit archives;
  tests = ./images;
  source = ../../src;
  configuration = ../../pyproject.toml;
}
