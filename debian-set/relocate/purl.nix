# Package URLs (https://github.com/package-url/purl-spec), as scanners of SBOMs read them.
let
  release = "debian-13";
  encode =
    builtins.replaceStrings
      [
        "%"
        "+"
        ":"
      ]
      [
        "%25"
        "%2B"
        "%3A"
      ];
  # Of "NAME VERSION".
  joined = separator: text: builtins.replaceStrings [ " " ] [ separator ] (encode text);
  source = text: "pkg:deb/debian/${joined "@" text}?arch=source&distro=${release}";
in
{
  # A package of debian-packages.lock.json, and the sources that are linked into it.
  deb =
    entry:
    [
      (
        "pkg:deb/debian/${entry.name}@${encode entry.version}?arch=${entry.architecture}"
        + "&distro=${release}&upstream=${joined "%40" entry.origin}"
      )
    ]
    ++ map source entry.built_using;

  pypi = { name, version, ... }: "pkg:pypi/${name}@${encode version}";
}
