# What the package set tells of the packages that an image may hold, by their store paths: a file in
# JSON. The packages are those that nix/ names, those of Python and what images name, with all that
# these are built with. Who makes one of several packages tells by meta.identifiers.purls.
{
  lib,
  images,
  members,
  packageSet,
  pythons,
}:
let
  listed = lib.importTOML ../../nixpkgs.toml;
  named = map (name: packageSet.${name} or null) (
    lib.attrNames (listed.packages // listed.optional)
  );
  ofPython = lib.concatMap (environment: environment.packages) (lib.attrValues (members pythons));
  ofImages = lib.concatMap (image: image.packages) (lib.attrValues (members images));

  closure = builtins.genericClosure {
    startSet = items (named ++ ofPython ++ ofImages);
    operator =
      { package, ... }:
      items (
        package.buildInputs or [ ]
        ++ package.propagatedBuildInputs or [ ]
        # A wheel of the lock names what it needs there alone.
        ++ package.requiredPythonModules or [ ]
      );
  };
  items =
    packages:
    map (package: {
      key = plain package.outPath;
      inherit package;
    }) (builtins.filter lib.isDerivation packages);

  # Without what makes Nix build it.
  plain = builtins.unsafeDiscardStringContext;

  describe =
    package:
    let
      parsed = builtins.parseDrvName (plain package.name);
    in
    {
      name = package.pname or parsed.name;
      version = package.version or parsed.version;
      purls = package.meta.identifiers.purls or [ ];
      licenses = import ./licences.nix { inherit lib; } package.meta.license or [ ];
      homepage = package.meta.homepage or null; # one or a list
      files = map file (package.srcs or (lib.optional (package ? src) package.src));
    };

  # A hash is of the file where it is not of what was unpacked of it.
  file =
    source:
    if lib.isDerivation source then
      {
        name = plain source.name;
        urls = source.urls or [ ];
        hash = if source.outputHashMode or "" == "flat" then source.outputHash else null;
      }
    else
      null;

  entries =
    { package, ... }:
    map (output: lib.nameValuePair (plain package.${output}.outPath) (describe package)) (
      package.outputs or [ "out" ]
    );

  # What only has a name was written here, and not packaged.
  isPackage = item: item.package ? pname || item.package.meta.identifiers.purls or [ ] != [ ];
  # Links to packages, with a version that is Python's.
  own = environment: lib.nameValuePair (plain environment.outPath) null;
in
builtins.toFile "known-packages.json" (
  # A text of a package may name a store path; this file only tells of it.
  plain (
    builtins.toJSON (
      lib.listToAttrs (
        lib.concatMap entries (builtins.filter isPackage closure)
        ++ map own (lib.attrValues (members pythons))
      )
    )
  )
)
