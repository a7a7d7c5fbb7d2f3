# One image's document. The image is read, and knows nothing of it.
{
  known-packages,
  packageSetName,
  provenSet,
  pythons,
  runCommand,
  service,
}:
name: image:
runCommand "${name}.cdx.json"
  {
    __structuredAttrs = true;
    # Licences are read from the paths; the document only names them.
    unsafeDiscardReferences.out = true;
    exportReferencesGraph.closure = [ image.contents ];
    inherit (image) contents copies parts;
    known = known-packages;
    layout = "${image}";
    service = {
      inherit (service)
        authors
        license
        name
        repository
        version
        ;
    };
    inherit packageSetName;
    nativeBuildInputs = [ pythons.sbom ];
  }
  ''
    PYTHONPATH=${provenSet.scripts}:${../../builders/image} python ${./scripts}/write.py
  ''
