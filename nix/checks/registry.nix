# `push` against a real registry: what is sent, the first time and later, and what is refused.
{
  lib,
  callPackage,
  distribution,
  layouts,
  push,
  pythons,
  runCommand,
  server,
  server-source,
}:
let
  django = runCommand "changed-source" { } ''
    cp -r ${(import ../sources.nix).django} $out
    chmod -R u+w $out
    echo "# a changed line" >>$out/tweet/views.py
  '';
  changed = callPackage ../server/image.nix {
    server = server.override { server-source = server-source.override { inherit django; }; };
  };
  pushes =
    images: dirty:
    lib.getExe (
      push.override {
        layouts = layouts.override { images = layouts.images // images; };
        inherit dirty;
      }
    );
in
callPackage ./pytest.nix { } "registry" {
  nativeBuildInputs = [
    distribution
    pythons.system-test
  ];
  inherit layouts;
  registry = lib.getExe distribution;
  push = pushes { } false;
  push_changed = pushes { server = changed; } false;
  push_dirty = pushes { } true;
  configuration = ../../pyproject.toml;
  tests = ./registry;
}
