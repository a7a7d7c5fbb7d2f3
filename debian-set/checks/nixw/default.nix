# The wrapper on a machine that is not Debian 13, as the sandbox is none: what it asks an engine
# for, and its sentences where there is none.
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
    "what a word names elsewhere is there, and of the system nothing" = ''
      nixw run . -- --data "$PWD/elsewhere/data" sh /usr/bin/tool &&
        follows --volume "$PWD:$PWD" && ! grep "/usr.*:/usr" asked
    '';
    "a set that does not exist is told before anything starts" = ''
      rm -f built && NIXW_SET=windows refused "must be nixpkgs or debian" nixw run && test ! -e built
    '';
    "TOML's spaces and quotes may be anywhere" = ''
      mkdir spaced && cp beside/tree/nixw spaced &&
        printf '[ tool . template ]\n  "packages"="nixpkgs"\n' >spaced/pyproject.toml &&
        PATH="$PWD/bin:$PATH" refused "this machine has no Nix" "$BASH" spaced/nixw run
    '';
    "a link to it is the tree's" = ''
      ln -s "$PWD/beside/tree/nixw" link && PATH="$PWD/bin:$PATH" "$BASH" link run &&
        follows "$PWD/beside/tree/nixw" run
    '';
    "its image is built once" = ''
      rm -f built && ENGINE_HAS_IMAGE=yes nixw run && test ! -e built
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
    "podman may be called docker" = "ENGINE_VERSION='podman version 5.4.2' nixw run && test -e asked";
    "what a command of the docs needs of the caller's environment is there" = ''
      HTTPS_PROXY=a COSIGN_PRIVATE_KEY=b BUILDER=c SQL_LOGS=true nixw run &&
        follows --env HTTPS_PROXY && follows --env COSIGN_PRIVATE_KEY && follows --env BUILDER &&
        follows --env SQL_LOGS
    '';
    "a folder that options cannot name is told before anything starts" = ''
      cp -r beside "be side" && rm -f built && cd "be side/tree" &&
        PATH="$OLDPWD/bin:$PATH" refused "cannot have a folder" "$BASH" ./nixw run &&
        test ! -e built
    '';
    "to lock needs the Debian set, whatever it is called for" =
      "NIXW_SET=nixpkgs nixw relock wheels && follows relock wheels";
    "TOML's other quotes name a set, too" = ''
      mkdir quotes && cp beside/tree/nixw quotes &&
        printf "[tool.template]\npackages = 'nixpkgs'\n" >quotes/pyproject.toml &&
        PATH="$PWD/bin:$PATH" refused "this machine has no Nix" "$BASH" quotes/nixw run
    '';
    "nixpkgs's set needs no container" = ''
      rm -f asked && NIXW_SET=nixpkgs refused "this machine has no Nix" nixw run &&
        sed 's/"debian"/"nixpkgs"/' beside/tree/pyproject.toml >other.toml &&
        mkdir other && cp beside/tree/nixw other && mv other.toml other/pyproject.toml &&
        refused "this machine has no Nix" "$BASH" other/nixw run && test ! -e asked
    '';
  }
