# The unit tests: the server's Python with pytest, on the mounted work tree and
# the database service's ready test database.
{
  buildImage,
  image-layers,
  python313,
  pythons,
}:
buildImage {
  name = "test";
  title = "unit tests";
  layers = image-layers.python ++ [ (image-layers.packages pythons.test) ];
  entrypoint = [
    "${pythons.test}/bin/python"
    "-m"
    "pytest"
  ];
  environment = {
    PATH = "${pythons.test}/bin";
    PYTHONDONTWRITEBYTECODE = "1";
    # In the template's own tree the work tree's chassis comes before the installed one.
    PYTHONPATH = "/work/chassis";
  };
  forbidden = [
    python313.pkgs.mypy
    python313.pkgs.supervisor
  ];
  workingDir = "/work";
}
