# nixpkgs's generic stdenv without a compiler, as pkgs/stdenv/linux sets it up.
{ nixpkgs, debian }:
{ config, localSystem, ... }:
let
  inherit (debian.debian) buildDebs;
  # Names that nixpkgs's packages have and Debian's lack.
  links = debian.runCommand "links" { } ''
    mkdir -p $out/bin
    ln -s ${buildDebs.gawk}/bin/gawk $out/bin/awk
    ln -s ${buildDebs.bash}/bin/bash $out/bin/sh
  '';
in
import (nixpkgs + "/pkgs/stdenv/generic") { defaultConfig = config; } {
  name = "stdenv-linux";
  buildPlatform = localSystem;
  hostPlatform = localSystem;
  targetPlatform = localSystem;
  shell = "${buildDebs.bash}/bin/bash";
  # As far as pkgs/stdenv/generic/common-path.nix has what the Debian set has.
  initialPath = map (name: buildDebs.${name}) [
    "coreutils"
    "findutils"
    "diffutils"
    "sed"
    "grep"
    "gawk"
    "tar"
    "gzip"
    "bash"
    "xz-utils"
  ]
  ++ [ links ];
  preHook = ''
    export NIX_ENFORCE_PURITY="''${NIX_ENFORCE_PURITY-1}"
    export NIX_ENFORCE_NO_NATIVE="''${NIX_ENFORCE_NO_NATIVE-1}"
  '';
  cc = null;
  fetchurlBoot = throw "the hybrid fetches nothing: a package is missing in the Debian set";
}
