# The unit tests: the server's Python with pytest, on the mounted work tree and
# the database service's ready test database.
{
  image,
  image-layers,
  python313,
  pythons,
}:
image {
  name = "test";
  title = "templatesite unit tests";
  layers = image-layers.python ++ [
    { paths = [ pythons.test ]; }
  ];
  entrypoint = [
    "${pythons.test}/bin/python"
    "-m"
    "pytest"
  ];
  environment = {
    PATH = "${pythons.test}/bin";
    PYTHONDONTWRITEBYTECODE = "1";
  };
  forbidden = [
    python313.pkgs.mypy
    python313.pkgs.supervisor
  ];
  workingDir = "/work";
}
