# One layer of an image, compressed once: images whose first layers are alike share them.
{
  lib,
  python313,
  runCommand,
}:
{
  # What it holds with all that this needs, less what the layers below have.
  paths,
  below ? [ ],
  # Files that are left out: patterns of Python's PurePath.full_match, from a store path on; one
  # that begins with ! keeps what those before it leave out.
  without ? [ ],
  # Store paths that only list others.
  omit ? [ ],
  # A directory that becomes the image's root, links in it, and directories where anyone may write.
  root ? null,
  links ? { },
  writable ? [ ],
}:
runCommand "layer"
  {
    __structuredAttrs = true;
    # What is inside is a copy: who has the layer does not need the original.
    unsafeDiscardReferences.out = true;
    exportReferencesGraph = {
      closure = paths;
    }
    // lib.optionalAttrs (below != [ ]) { inherit below; };
    inherit
      links
      omit
      root
      without
      writable
      ;
    nativeBuildInputs = [ python313 ];
  }
  ''
    python3.13 -P ${./layer.py}
  ''
