# The wrapper on a machine that is not Debian 13, as the sandbox is none: what it asks an engine for,
# and its sentences where there is none.
{
  buildCommandCheck,
  template,
}:
buildCommandCheck "nixw"
  {
    NIXW = template + "/nixw";
    setup = "source ${./nixw.sh}";
  }
  {
    "without an engine one sentence names the ways" =
      ''refused "needs Debian 13, or Docker or podman to start" "$BASH" beside/tree/nixw run'';
    "an engine that is named and does not answer is told" =
      ''NIXW_ENGINE=missing refused "NIXW_ENGINE names it" nixw run'';
    "the container runs the tree's own nixw with the same words" = ''
      nixw run . -- "two words" 2>words &&
        grep "in a container of Debian 13, started by docker" words &&
        follows "$PWD/beside/tree/nixw" run && follows -- "two words"
    '';
    "it sees the folder beside the tree, and belongs to the caller" = ''
      nixw run && follows --volume "$PWD/beside:$PWD/beside" && follows --user "$(id -u):$(id -g)"
    '';
    "its store is kept" = ''nixw run && follows --volume "nixw-$(id -u):/nix"'';
    "who is root only in the engine has the caller's rights" =
      ''ENGINE_INFO='["name=rootless"]' nixw run && follows --user 0:0'';
    "another image and more options can be named" = ''
      NIXW_IMAGE=mirror.example.com/debian:13 NIXW_OPTIONS="--volume /srv:/srv" nixw run &&
        grep -x "FROM mirror.example.com/debian:13" built && follows --volume /srv:/srv
    '';
    "an image that is no Debian 13 ends in a sentence" =
      ''NIXW_INSIDE=1 refused "NIXW_IMAGE must be an image of Debian 13" nixw run'';
    "nixpkgs's set needs no container" = ''
      rm -f asked && NIXW_SET=nixpkgs refused "this machine has no Nix" nixw run &&
        sed 's/"debian"/"nixpkgs"/' beside/tree/pyproject.toml >other.toml &&
        mkdir other && cp beside/tree/nixw other && mv other.toml other/pyproject.toml &&
        refused "this machine has no Nix" "$BASH" other/nixw run && test ! -e asked
    '';
  }
