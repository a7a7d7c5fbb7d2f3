# Goes back to the images before the last load, without building any: `nix run .#back`.
{
  lib,
  writeShellApplication,
  coreutils,
  gnugrep,
  gnused,
  layouts,
}:
writeShellApplication {
  name = "back";
  runtimeInputs = [
    coreutils
    gnugrep
    gnused
  ];
  runtimeEnv.REPOSITORIES = toString (lib.mapAttrsToList (_: image: image.repository) layouts.images);
  text = lib.concatMapStringsSep "\n" builtins.readFile [
    ../../builders/messages.sh
    ./engine.sh
    ./back.sh
  ];
  meta.description = "Name the images before the last load `latest` again";
}
