# The Django project without its tests.
builtins.path {
  name = "templatesite-source";
  path = ../../src;
  filter = path: _: baseNameOf path != "tests" && baseNameOf path != "__pycache__";
}
