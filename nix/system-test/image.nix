# The system tests, against a running cluster.
{
  image,
  image-layers,
  pythons,
}:
image {
  name = "system-test";
  title = "templatesite system tests";
  layers = image-layers.python ++ [
    { paths = [ pythons.system-test ]; }
  ];
  entrypoint = [
    "${pythons.system-test}/bin/python"
    "-m"
    "pytest"
    "-p"
    "no:cacheprovider"
    "${../../system-tests}"
  ];
  environment = {
    PYTHONDONTWRITEBYTECODE = "1";
    SYSTEM_TEST_HOSTPORT = "server:8080";
  };
}
