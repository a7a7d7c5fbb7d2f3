# The images as Docker would run them, without Docker: valid by the OCI image specification,
# unpacked, judged by images/expected.json, and started under bubblewrap with their own
# user, a read-only root and no capabilities.
{
  callPackage,
  bubblewrap,
  fetchFromGitHub,
  layouts,
  pythons,
}:
callPackage ./pytest.nix { } "images" {
  nativeBuildInputs = [
    bubblewrap
    pythons.images
  ];
  inherit layouts;
  specification = fetchFromGitHub {
    owner = "opencontainers";
    repo = "image-spec";
    tag = "v1.1.1";
    hash = "sha256-ZfrHFMlE5r6sBpOolOfeF4yT1n9L6phEG+n5bbtfmRA=";
  };
  tests = ./images;
  source = ../../src;
  configuration = ../../pyproject.toml;
}
