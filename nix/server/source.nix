# The Django project without tests and texts, byte-compiled: the image's root
# file system is read-only.
{ runCommand, pythons }:
let
  source = builtins.path {
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
  };
in
runCommand "templatesite-django" { nativeBuildInputs = [ pythons.server ]; } ''
  cp -r ${source} $out
  chmod -R u+w $out
  python -m compileall -q --invalidation-mode unchecked-hash $out
''
