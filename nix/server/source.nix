# The Django project without tests and texts.
builtins.path {
  name = "templatesite-source";
  path = ../../src;
  filter =
    path: _:
    !builtins.elem (baseNameOf path) [
      "README.md"
      "__pycache__"
      "conftest.py"
      "tests"
    ];
}
