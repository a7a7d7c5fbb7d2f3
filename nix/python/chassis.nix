# The chassis as an installed Python package, byte-compiled: the images' root file systems are
# read-only.
{
  python313,
  runCommand,
  template,
}:
let
  source = builtins.path {
    name = "chassis-source";
    path = template + "/chassis/chassis";
    filter = path: _: baseNameOf path != "__pycache__";
  };
in
python313.pkgs.toPythonModule (
  runCommand "chassis" { nativeBuildInputs = [ python313 ]; } ''
    site=$out/lib/python3.13/site-packages
    mkdir -p $site
    cp -r ${source} $site/chassis
    chmod -R u+w $site
    python3.13 -m compileall -q --invalidation-mode unchecked-hash $site
  ''
)
