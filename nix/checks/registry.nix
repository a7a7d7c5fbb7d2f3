# `push`, `sign` and `verify` against a real registry.
{
  lib,
  callPackage,
  root,
  buildSuiteCheck,
  cosign,
  distribution,
  layouts,
  push,
  runCommand,
  sboms,
  server,
  server-project,
  sign,
  skopeo,
  trees,
  verify,
}:
let
  django = runCommand "changed-source" { } ''
    cp -r ${trees.django} $out
    chmod -R u+w $out
    echo "# a changed line" >>$out/manage.py
  '';
  changed = callPackage ../server/image.nix {
    server = server.override { server-project = server-project.override { inherit django; }; };
  };
  pushes =
    images: committed:
    lib.getExe (
      push.override {
        layouts = layouts.override { images = layouts.images // images; };
        inherit committed;
      }
    );
in
buildSuiteCheck "registry" {
  packages = [ distribution ];
  variables = {
    inherit layouts sboms;
    cosign = lib.getExe cosign;
    registry = lib.getExe distribution;
    push = pushes { } true;
    push_changed = pushes { server = changed; } true;
    push_dirty = pushes { } false;
    skopeo = "${skopeo}/bin/skopeo";
    sign = lib.getExe sign;
    verify = lib.getExe verify;
    configuration = root + "/pyproject.toml";
  };
}
