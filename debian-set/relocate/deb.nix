# Debian packages as store paths. `debs.<name>` is one package of the lock;
# `deb` makes one path of several that only work together (PostgreSQL's server
# and client, Python and its standard library).
{
  # Of platforms.nix: the machine that runs them.
  platform,
  # Of the machine that builds.
  bootstrap,
  compiler,
}:
let
  inherit (bootstrap) build patchelf;

  purl = import ./purl.nix;
  packages = (import ../fetch/locked.nix).${platform.architecture}.debs;

  # Dependencies that nothing here starts or loads.
  unneeded.prometheus = [ "promtool" ];
  needed =
    name:
    builtins.filter (other: !builtins.elem other unneeded.${name} or [ ]) packages.${name}.depends;

  # What libgcc-s1 itself needs.
  lowest = [
    "gcc-14-base"
    "libc6"
    "libgcc-s1"
  ];

  # The packages that `names` depend on, nearest first, without themselves; every
  # program gets libgcc-s1, too (elf.sh).
  closure =
    names:
    let
      below = if builtins.any (name: builtins.elem name lowest) names then [ ] else [ "libgcc-s1" ];
    in
    builtins.filter (name: !builtins.elem name names) (
      map (item: item.key) (
        builtins.genericClosure {
          startSet = map (key: { inherit key; }) (names ++ below);
          operator = item: map (key: { inherit key; }) (needed item.key);
        }
      )
    );

  deb =
    {
      pname,
      parts ? [ pname ],
      # Packages that they need beside those that they name.
      needs ? [ ],
      # Shell commands in $out, before links and ELF files are fitted and after.
      postUnpack ? "",
      postFixup ? "",
      # Whether they compile: `wrap`, or the functions of compile/.
      wraps ? false,
    }:
    let
      deps = map (name: debs.${name}) (needs ++ closure parts);
    in
    build "${pname}-${version parts}" ./relocate.sh (
      {
        srcs = map (name: packages.${name}.source) parts;
        inherit deps;
        elf = ./elf.sh;
        patchelf = "${patchelf}/bin/patchelf";
        inherit (platform) libraries loader;
        inherit postUnpack postFixup;
      }
      // (
        if wraps then
          {
            inherit compiler;
            compile = ./compile + "/${platform.architecture}.sh";
            wrapper = ./wrapper.c;
          }
        else
          { }
      )
    )
    // {
      # As nixpkgs tells what a path is made of and from.
      buildInputs = deps;
      meta.identifiers.purls = builtins.concatMap (name: purl.deb packages.${name}) parts;
    };

  # Without epoch, and with what a store name cannot have replaced.
  version =
    parts:
    builtins.replaceStrings [ "~" ] [ "-" ] (
      builtins.elemAt (builtins.match "([0-9]+:)?(.*)" packages.${builtins.head parts}.version) 1
    );

  debs = builtins.mapAttrs (pname: _: deb { inherit pname; }) packages;
in
{
  inherit deb debs version;
  locked = packages;
}
