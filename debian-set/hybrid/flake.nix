{
  description = "nixpkgs's own code over the Debian set's programs";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs";

  outputs =
    { nixpkgs, ... }:
    {
      inherit (nixpkgs) lib;
      legacyPackages = builtins.mapAttrs (
        _: debian:
        import ./hybrid {
          nixpkgs = nixpkgs.outPath;
          inherit debian;
        }
      ) (import ./packages);
    };
}
