# An image, as an OCI image layout that refers to nothing but its layers. docs/decisions has why
# it is the project's own.
{
  lib,
  architecture,
  buildLayer,
  imageConfiguration,
  python313,
  runCommand,
  service,
}:
{
  # The folder, the image and the compose service are one word.
  name,
  # From what changes least to what changes most; layers.nix has what images share.
  # What else the image needs is the last layer.
  layers,
  # Packages of which the image has files in paths of the service's own, for the SBOM.
  copies ? [ ],
  # Packages that the image must not contain.
  forbidden ? [ ],
  # A program that tells whether the service is well: /bin/health, as not every engine takes
  # health checks from images, and compose files and probes must name it.
  health ? null,
  # Paths of the image that lead elsewhere.
  links ? { },
  # Directories that only the image's user writes, kept in volumes.
  volumes ? [ ],
  # The rest is for configuration.nix.
  ...
}@image:
let
  below = count: lib.concatMap (lower: lower.paths) (lib.take count layers);

  config = imageConfiguration (
    removeAttrs image [
      "name"
      "copies"
      "layers"
      "forbidden"
      "links"
    ]
    // lib.optionalAttrs (health != null) { health = "/bin/health"; }
  );

  # Refers to all that the image holds, and fails to build where that is forbidden.
  contents = runCommand "${name}-contents" {
    disallowedRequisites = forbidden;
    text = builtins.toJSON (
      below (lib.length layers)
      ++ [
        config
        health
        links
      ]
    );
    passAsFile = [ "text" ];
  } ''cp "$textPath" $out'';

  last = buildLayer {
    paths = [ contents ];
    below = below (lib.length layers);
    omit = [ contents ];
    root = ./root;
    links = links // lib.optionalAttrs (health != null) { "/bin/health" = health; };
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
    layers = lib.imap0 (index: own: buildLayer (own // { below = below index; })) layers ++ [ last ];
    # What it holds: a path that refers to all of it, packages that were named for it, and what
    # the layers leave out of them.
    passthru = {
      inherit contents copies;
      parts = map (layer: {
        inherit (layer) paths;
        without = layer.without or [ ];
      }) layers;
      packages = below (lib.length layers);
    };
    inherit config;
    inherit architecture;
    repository = "${service.name}-${name}";
    nativeBuildInputs = [ python313 ];
  }
  ''
    python3.13 -P ${./image.py}
  ''
