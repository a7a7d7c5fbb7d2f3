{
  description = "@name@";

  inputs.template.url = "@template@";
  inputs.nixpkgs.follows = "template/nixpkgs";

  outputs =
    { self, template, ... }:
    template.lib.service {
      inherit self;
      root = ./.;
    };
}
