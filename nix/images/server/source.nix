# The Django project without tests and texts, byte-compiled: the image's root
# file system is read-only.
{
  runCommand,
  pythons,
  trees,
  django ? trees.django,
}:
runCommand "django" { nativeBuildInputs = [ pythons.server ]; } ''
  cp -r ${django} $out
  chmod -R u+w $out
  python -m compileall -q --invalidation-mode unchecked-hash $out
''
