# `push`, `sign` and `verify` against a real registry.
{
  lib,
  callPackage,
  root,
  buildSuiteCheck,
  cosign,
  distribution,
  indexes,
  layouts,
  overrideScope,
  push,
  runCommand,
  sboms,
  service,
  server,
  server-project,
  sign,
  skopeo,
  sources,
  stdenv,
  trees,
  verify,
}:
let
  own = stdenv.hostPlatform.go.GOARCH;
  foreign = if own == "amd64" then "arm64" else "amd64";
  # The same images with the name of another architecture: here they are only carried.
  other = overrideScope (
    _: _: { stdenv.hostPlatform.go.GOARCH = foreign; }
  );
  django = runCommand "changed-source" { } ''
    cp -r ${trees.django} $out
    chmod -R u+w $out
    echo "# a changed line" >>$out/manage.py
  '';
  changed = callPackage ../images/server/image.nix {
    server = server.override { server-project = server-project.override { inherit django; }; };
  };
  architectures = [
    own
    foreign
  ];
  documents = [
    sboms
    other.sboms
  ];
  indexesWith =
    images:
    indexes.override {
      all = [
        (layouts.override { images = layouts.images // images; })
        other.layouts
      ];
    };
  # What refuses another set than the tree's; here it is tested with any.
  packageSetName = service.packages;
  # Programs of another set; whether this tree has changes does not matter here.
  strangers = map lib.getExe (
    [
      (push.override {
        packageSetName = "another";
        committed = true;
      })
    ]
    ++ map (program: program.override { packageSetName = "another"; }) [
      sign
      sources
      verify
    ]
  );
  # The next release of the same tree.
  next = overrideScope (
    _: previous: {
      service = previous.service // {
        version = "7.8.9";
      };
    }
  );
  pushes =
    images: committed:
    lib.getExe (
      push.override {
        indexes = indexesWith images;
        inherit committed packageSetName;
      }
    );
in
buildSuiteCheck "registry" {
  packages = [
    distribution
    skopeo
  ];
  variables = {
    inherit layouts;
    others = other.layouts;
    sboms = documents;
    cosign = lib.getExe cosign;
    registry = lib.getExe distribution;
    push = pushes { } true;
    push_changed = pushes { server = changed; } true;
    push_dirty = pushes { } false;
    skopeo = "${skopeo}/bin/skopeo";
    sign = lib.getExe (
      sign.override {
        indexes = indexesWith { };
        inherit documents packageSetName;
      }
    );
    verify = lib.getExe (
      verify.override {
        inherit architectures packageSetName;
        all = [
          layouts
          other.layouts
        ];
      }
    );
    verify_own = lib.getExe (
      verify.override {
        inherit architectures packageSetName;
        all = [ layouts ];
      }
    );
    push_next = lib.getExe (
      next.push.override {
        indexes = indexes.override { all = [ next.layouts ]; };
        committed = true;
        inherit packageSetName;
      }
    );
    inherit strangers;
    configuration = root + "/pyproject.toml";
  };
}
