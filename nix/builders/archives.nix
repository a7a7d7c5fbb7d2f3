# The images as files that `docker load`, `podman load` and skopeo's oci-archive: take.
{
  lib,
  layouts,
  runCommand,
}:
lib.mapAttrs (
  name: image:
  runCommand "image-${name}.tar" { passthru.layout = image; } ''
    source ${./pack.sh}
    pack ${image} >$out
  ''
) layouts.images
