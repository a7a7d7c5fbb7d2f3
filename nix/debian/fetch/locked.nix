# The locked files as store paths. A fixed-output path depends only on name and
# hash, so `fetch` can put a file there that the machine's own apt or pip
# brought, and builds find it. Nothing here downloads: a file that is missing
# fails the build, and its URL says what to do.
let
  # Above this folder, where nixw lays a root's locks; else in the template's own root.
  read =
    name:
    let
      here = ../. + "/${name}";
      file = if builtins.pathExists here then here else ../../.. + "/${name}";
    in
    (builtins.fromJSON (builtins.readFile file)).files;
  byName =
    entries:
    builtins.listToAttrs (
      map (entry: {
        inherit (entry) name;
        value = entry;
      }) entries
    );

  baseName = path: builtins.elemAt (builtins.match "(.*/)?([^/]*)" path) 1;
  storeName = builtins.replaceStrings [ "~" ] [ "-" ];

  fixedOutput =
    {
      name,
      sha256,
      recursive ? false,
    }:
    derivation {
      inherit name;
      system = "builtin";
      builder = "builtin:fetchurl";
      url = "run-nixw-which-brings://${name}";
      outputHashAlgo = "sha256";
      outputHashMode = if recursive then "recursive" else "flat";
      outputHash = sha256;
      executable = recursive;
      preferLocalBuild = true;
    };

  deb =
    entry:
    let
      file = storeName (baseName entry.path);
    in
    entry
    // {
      inherit file;
      kind = "deb";
      # Debian's source package and its version.
      origin =
        entry.source or (throw (
          "debian-packages.lock.json is of an older template and names no sources: "
          + "./nixw relock packages makes it anew."
        ));
      requirement = "${entry.name}=${entry.version}";
      source = fixedOutput (
        if entry ? unpacked then
          {
            name = entry.name;
            sha256 = entry.unpacked;
            recursive = true;
          }
        else
          {
            name = file;
            inherit (entry) sha256;
          }
      );
    };

  wheel =
    entry:
    entry
    // {
      kind = "wheel";
      requirement = "${entry.name}==${entry.version}";
      source = fixedOutput {
        name = entry.file;
        inherit (entry) sha256;
      };
    };

  debs = map deb (read "debian-packages.lock.json");
  wheels = map wheel (read "debian-wheels.lock.json");

  line =
    entry:
    builtins.concatStringsSep " " [
      (builtins.unsafeDiscardStringContext entry.source)
      entry.kind
      entry.requirement
      entry.sha256
      entry.file
    ];
in
{
  debs = byName debs;
  wheels = byName wheels;

  # What `fetch` reads: a line for each file: path, kind, requirement, hash, file.
  list = builtins.concatStringsSep "\n" (map line (debs ++ wheels)) + "\n";
}
