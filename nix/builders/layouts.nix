# The images by name, as links, and `list` with a line for each: name, repository, tag.
{
  lib,
  images,
  members,
  runCommand,
}:
let
  all = members images;
in
runCommand "layouts" { passthru.images = all; } ''
  mkdir $out
  ${lib.concatStringsSep "\n" (
    lib.mapAttrsToList (name: image: ''
      ln -s ${image} $out/${name}
      echo ${name} "$(cat ${image.metadata}/reference)" >>$out/list
    '') all
  )}
''
