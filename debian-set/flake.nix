{
  description = "Debian packages and PyPI wheels under nixpkgs's names: a drop-in for the nixpkgs input";

  outputs = _: {
    lib = import ./lib.nix;
    legacyPackages = import ./packages;
  };
}
