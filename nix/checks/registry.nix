# `push` against a real registry: what is sent, the first time and later, and what is refused.
{
  lib,
  callPackage,
  root,
  buildSuiteCheck,
  distribution,
  indexes,
  layouts,
  projects,
  push,
  runCommand,
  server,
  server-project,
  skopeo,
  stdenv,
  trees,
}:
let
  own = stdenv.hostPlatform.go.GOARCH;
  # The same images with the name of another architecture: here they are only carried.
  others =
    (projects.${own}.overrideScope (
      _: _: { stdenv.hostPlatform.go.GOARCH = if own == "amd64" then "arm64" else "amd64"; }
    )).layouts;
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
        indexes = indexes.override {
          all = [
            (layouts.override { images = layouts.images // images; })
            others
          ];
        };
        inherit committed;
      }
    );
in
buildSuiteCheck "registry" {
  packages = [
    distribution
    skopeo
  ];
  variables = {
    inherit layouts others;
    registry = lib.getExe distribution;
    push = pushes { } true;
    push_changed = pushes { server = changed; } true;
    push_dirty = pushes { } false;
    configuration = root + "/pyproject.toml";
  };
}
