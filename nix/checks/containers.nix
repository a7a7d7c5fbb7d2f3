# The images as Docker would run them, without Docker: unpacked, and started under bubblewrap with
# their own user, a read-only root and no capabilities.
{
  callPackage,
  bubblewrap,
  layouts,
  pythons,
  root,
}:
callPackage ./pytest.nix { } "containers" {
  nativeBuildInputs = [
    bubblewrap
    pythons.images
  ];
  inherit layouts;
  tests = ./images;
  selected = "tests/test_database.py tests/test_log.py tests/test_run.py";
  source = root + "/src";
  configuration = root + "/pyproject.toml";
}
