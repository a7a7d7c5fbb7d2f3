# The locked files as store paths. A fixed-output path depends only on name and
# hash, so `fetch` can put a file there that the machine's own apt or pip
# brought, and builds find it. Nothing here downloads: a file that is missing
# fails the build, and its URL says what to do.
let
  # Above this folder, where nixw lays a root's locks; else in the template's own root.
  load =
    name:
    let
      here = ../. + "/${name}";
      file = if builtins.pathExists here then here else ../.. + "/${name}";
    in
    builtins.fromJSON (builtins.readFile file);
  read = name: (load name).files;
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
    architecture: entry:
    let
      file = storeName (baseName entry.path);
    in
    entry
    // {
      inherit file;
      kind = "deb-${architecture}";
      origin = entry.source; # Debian's source package and its version
      requirement = "${entry.name}=${entry.version}";
      source = fixedOutput (
        if entry ? unpacked then
          {
            # What a command needs is told by names: each architecture has its own.
            name = "${entry.name}-${architecture}";
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

  # Native code has a wheel for each architecture; PyPI may lack the one for arm64: null.
  wheel =
    architecture: entry:
    let
      own = entry.${architecture} or entry;
    in
    entry
    // {
      kind = "wheel-${architecture}";
      requirement = "${entry.name}==${entry.version}";
    }
    // (
      if own == null then
        { source = throw "PyPI has no wheel of ${entry.name} ${entry.version} for ${architecture}"; }
      else
        {
          inherit (own) file sha256;
          source = fixedOutput {
            name = own.file;
            inherit (own) sha256;
          };
        }
    );
  exists = architecture: entry: entry.${architecture} or entry != null;

  locked =
    builtins.mapAttrs
      (architecture: file: {
        debs = map (deb architecture) (read file);
        # Debian's own packages of Python modules have no file there.
        wheels = map (wheel architecture) (
          builtins.filter (entry: entry ? file) (read "python.lock.json")
        );
        # Of the check `next`.
        next = map (wheel architecture) ((load "python.lock.json").next or [ ]);
      })
      {
        amd64 = "debian-packages.lock.json";
        arm64 = "debian-packages-arm64.lock.json";
      };
  files =
    architecture:
    {
      debs,
      wheels,
      next,
    }:
    debs ++ builtins.filter (exists architecture) (wheels ++ next);

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
builtins.mapAttrs (_: builtins.mapAttrs (_: byName)) locked
// {
  # What `fetch` reads: a line for each file: path, kind, requirement, hash, file.
  list =
    builtins.concatStringsSep "\n" (
      builtins.concatMap (architecture: map line (files architecture locked.${architecture})) (
        builtins.attrNames locked
      )
    )
    + "\n";
}
