# dockerTools.buildLayeredImage: nixpkgs's arguments as far as nix/ passes them.
{
  runCommand,
  annotate,
  python313,
}:
{
  buildLayeredImage =
    {
      name,
      tag ? null,
      contents ? [ ],
      config ? { },
      # Shell commands in the root of the last layer.
      extraCommands ? "",
      maxLayers ? 100,
      meta ? { },
      passthru ? { },
    }:
    let
      # A store path that refers to all that the image holds.
      roots =
        runCommand "${name}-roots"
          {
            inherit contents;
            config = builtins.toJSON config;
          }
          ''
            echo "$contents $config" >$out
          '';
      image =
        runCommand "${name}.tar.gz"
          {
            inherit extraCommands contents maxLayers;
            repository = name;
            tag = if tag == null then "" else tag;
            config = builtins.toJSON config;
            passAsFile = [ "config" ];
            exportReferencesGraph = [
              "closure"
              roots
            ];
            nativeBuildInputs = [ python313 ];
          }
          ''
            mkdir root
            for path in $contents; do
              cp -rs --no-preserve=mode "$path/." root/
            done
            (cd root && eval "$extraCommands")
            python3.13 -P ${./docker_image.py}
          '';
      hash = builtins.substring 11 32 image.outPath;
    in
    annotate image {
      inherit meta;
      passthru = passthru // {
        imageName = name;
        imageTag = if tag == null then hash else tag;
      };
    };
}
