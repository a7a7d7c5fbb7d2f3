# Known vulnerabilities that do not affect the images, as OpenVEX's documents: NAME.openvex.json.
{
  lib,
  indexes,
  python313,
  release-sboms,
  runCommand,
  service,
  not-affected,
}:
let
  authors = map (one: one.name or one.email) service.authors;
in
runCommand "vex"
  {
    author = if authors == [ ] then service.name else lib.concatStringsSep ", " authors;
    inherit indexes;
    statements = not-affected;
    sboms = release-sboms;
  }
  ''
    mkdir $out
    ${python313}/bin/python3.13 -B ${./scripts}/write.py
  ''
