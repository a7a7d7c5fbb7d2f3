# A Python package of the template's own as an installed one, byte-compiled: the images' root file
# systems are read-only.
{
  python313,
  runCommand,
}:
name: path:
let
  source = builtins.path {
    name = "${name}-source";
    inherit path;
    filter = file: _: baseNameOf file != "__pycache__";
  };
in
python313.pkgs.toPythonModule (
  runCommand name { nativeBuildInputs = [ python313 ]; } ''
    site=$out/lib/python3.13/site-packages
    mkdir -p $site
    cp -r ${source} $site/${name}
    chmod -R u+w $site
    python3.13 -m compileall -q --invalidation-mode unchecked-hash $site
  ''
)
