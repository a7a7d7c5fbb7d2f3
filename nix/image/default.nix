# An image, as an OCI image layout that refers to nothing but its layers. docs/decisions has why
# it is the project's own.
{
  lib,
  callPackage,
  python313,
  runCommand,
  service,
  stdenv,
}:
{
  # The folder, the image and the compose service are one word.
  name,
  title,
  # Whether the label `version` is on it, which changes it at each release.
  versioned ? false,
  # From what changes least to what changes most; layers.nix has what images share.
  # What else the image needs is the last layer.
  layers,
  entrypoint,
  cmd ? [ ],
  environment ? { },
  user ? "65532:65532",
  ports ? [ ],
  # Directories that only this user writes, kept in volumes.
  volumes ? [ ],
  # A program that tells whether the service is well: /bin/health, as not every engine takes
  # health checks from images, and compose files and probes must name it.
  health ? null,
  stopSignal ? "SIGTERM",
  workingDir ? "/tmp",
  # Packages that the image must not contain.
  forbidden ? [ ],
}:
let
  layer = callPackage ./layer.nix { };
  below = count: lib.concatMap (lower: lower.paths) (lib.take count layers);

  config = callPackage ./configuration.nix { } {
    inherit
      title
      versioned
      entrypoint
      cmd
      environment
      user
      ports
      volumes
      stopSignal
      workingDir
      ;
    health = if health == null then null else "/bin/health";
  };

  # Refers to all that the image holds, and fails to build where that is forbidden.
  contents = runCommand "${name}-contents" {
    disallowedRequisites = forbidden;
    text = builtins.toJSON (
      below (lib.length layers)
      ++ [
        config
        health
      ]
    );
    passAsFile = [ "text" ];
  } ''cp "$textPath" $out'';

  last = layer {
    paths = [ contents ];
    below = below (lib.length layers);
    omit = [ contents ];
    root = ./root;
    links = lib.optionalAttrs (health != null) { "/bin/health" = health; };
    writable = [
      "/tmp"
      "/run"
    ]
    ++ volumes;
  };
in
runCommand "image-${name}"
  {
    __structuredAttrs = true;
    outputs = [
      "out"
      "metadata"
    ];
    # A configuration that names programs does not keep them.
    unsafeDiscardReferences.metadata = true;
    layers = lib.imap0 (index: own: layer (own // { below = below index; })) layers ++ [ last ];
    inherit config;
    architecture = stdenv.hostPlatform.go.GOARCH;
    repository = "${service.name}-${name}";
    nativeBuildInputs = [ python313 ];
  }
  ''
    python3.13 -P ${./image.py}
  ''
