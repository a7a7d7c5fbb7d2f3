# The system tests, against a running cluster.
{
  buildImage,
  image-layers,
  pythons,
  trees,
}:
buildImage {
  name = "system-test";
  title = "system tests";
  layers = image-layers.python ++ [ (image-layers.packages pythons.system-test) ];
  entrypoint = [
    "${pythons.system-test}/bin/python"
    "-m"
    "pytest"
    "-p"
    "no:cacheprovider"
    "${trees.system-tests}"
  ];
  environment = {
    PYTHONDONTWRITEBYTECODE = "1";
    SYSTEM_TEST_HOSTPORT = "server:8080";
  };
}
