# `push` against a real registry: what is sent, the first time and later, and what is refused.
{
  lib,
  callPackage,
  root,
  buildSuiteCheck,
  distribution,
  layouts,
  overrideScope,
  push,
  runCommand,
  server,
  server-project,
  trees,
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
  released = overrideScope (
    _: previous: { service = previous.service // { version = "7.8.9"; }; }
  );
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
    inherit layouts;
    registry = lib.getExe distribution;
    push = pushes { } true;
    push_changed = pushes { server = changed; } true;
    push_dirty = pushes { } false;
    push_released = lib.getExe (released.push.override { committed = true; });
    configuration = root + "/pyproject.toml";
  };
}
