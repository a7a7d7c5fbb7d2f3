# Known vulnerabilities that do not affect the images, as OpenVEX's documents: NAME.openvex.json.
{
  indexes,
  python313,
  release-sboms,
  runCommand,
  service,
  not-affected,
}:
runCommand "vex"
  {
    author = "${service.name} ${service.repository}";
    inherit indexes;
    statements = not-affected;
    sboms = release-sboms;
  }
  ''
    mkdir $out
    ${python313}/bin/python3.13 -B ${./scripts}/write.py
  ''
