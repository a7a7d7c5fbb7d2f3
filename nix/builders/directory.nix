# Every image as a file, the list of their tags, and the command that loads them.
{
  lib,
  archives,
  layouts,
  load,
  members,
  runCommand,
}:
runCommand "images" { } ''
  mkdir $out
  ${lib.concatStringsSep "\n" (
    lib.mapAttrsToList (name: archive: "ln -s ${archive} $out/${name}.tar") (members archives)
  )}
  ln -s ${layouts}/list ${lib.getExe load} $out
''
