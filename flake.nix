{
  description = "A Django REST service as small reproducible images, tested as a whole cluster";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-26.05";

  outputs =
    { self, nixpkgs }:
    let
      outputs = import ./nix/outputs.nix {
        inherit nixpkgs;
        provenSet = import ./debian-set;
      };
    in
    outputs {
      inherit self;
      root = ./.;
      platform = true;
    }
    // {
      # A team's flake calls it: lib.service { inherit self; root = ./.; }
      lib.service =
        service:
        outputs (
          service
          // {
            platform = false;
            revision = self.rev or null;
          }
        );
    };
}
