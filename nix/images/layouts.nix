# Images by name, as links, and `list` with a line for each: name, repository, tag.
{
  lib,
  runCommand,
  images,
}:
runCommand "templatesite-layouts" { passthru = { inherit images; }; } ''
  mkdir $out
  ${lib.concatStringsSep "\n" (
    lib.mapAttrsToList (name: image: ''
      ln -s ${image} $out/${name}
      echo ${name} "$(cat ${image.metadata}/reference)" >>$out/list
    '') images
  )}
''
