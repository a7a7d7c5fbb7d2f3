# `push`, `sign` and `verify` against a real registry.
{
  lib,
  architecture,
  callPackage,
  root,
  buildSuiteCheck,
  cosign,
  distribution,
  layouts,
  overrideScope,
  runCommand,
  service,
  server,
  server-project,
  skopeo,
  template,
  trees,
}:
let
  foreign = if architecture == "amd64" then "arm64" else "amd64";
  own = overrideScope (_: _: { });
  # The same images with the name of another architecture: here they are only carried.
  other = overrideScope (_: _: { architecture = foreign; });
  # Both are released, from a tree without changes.
  release = overrideScope (
    _: _: {
      released = [
        own
        other
      ];
      buildable = [
        own
        other
      ];
      committed = true;
      lastModified = 1700000000;
      # What refuses another set than the tree's is tested with any.
      packageSetName = service.packages;
    }
  );
  # The next release of the same tree.
  versioned = _: previous: { service = previous.service // { version = "7.8.9"; }; };
  next =
    (release.overrideScope versioned).overrideScope
      (_: _: { released = [ (own.overrideScope versioned) ]; });
  # A release of two images, for what signs it more than once.
  few =
    project:
    project.overrideScope (
      _: previous: { images = { inherit (previous.images) log server; }; }
    );
  small = release.overrideScope (
    _: previous: {
      released = map few previous.released;
      buildable = map few previous.buildable;
    }
  );
  django = runCommand "changed-source" { } ''
    cp -r ${trees.django} $out
    chmod -R u+w $out
    echo "# a changed line" >>$out/manage.py
  '';
  changed = callPackage ../images/server/image.nix {
    server = server.override { server-project = server-project.override { inherit django; }; };
  };
  changed-indexes = release.indexes.override {
    all = [
      (layouts.override { images = layouts.images // { server = changed; }; })
      other.layouts
    ];
  };
  dirty = release.overrideScope (_: _: { committed = false; });
  stranger = release.overrideScope (_: _: { packageSetName = "another"; });
in
buildSuiteCheck "registry" {
  packages = [
    distribution
    skopeo
  ];
  variables = lib.mapAttrs (_: lib.getExe) {
    inherit cosign;
    inherit (release)
      attest
      push
      sign
      verify
      ;
    registry = distribution;
    push_changed = release.push.override { indexes = changed-indexes; };
    push_next = next.push;
    push_small = small.push;
    sign_small = small.sign;
    verify_own = release.verify.override { all = [ layouts ]; };
    push_dirty = dirty.push;
    sign_dirty = dirty.sign;
    attest_dirty = dirty.attest;
  }
  // {
    inherit layouts;
    others = other.layouts;
    documents = release.release-documents;
    skopeo = "${skopeo}/bin/skopeo";
    strangers = map lib.getExe [
      stranger.attest
      stranger.push
      stranger.sign
      stranger.sources
      stranger.verify
    ];
    workflows = template + "/.github/workflows";
    pin = template + "/deploy/pin.sh";
    configuration = root + "/pyproject.toml";
  };
}
