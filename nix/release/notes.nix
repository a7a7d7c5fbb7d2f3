# Checks a release's tag and CHANGELOG.md, and prints its notes: `nix run .#notes -- TAG`.
{
  service,
  writeShellApplication,
}:
writeShellApplication {
  name = "notes";
  runtimeEnv.VERSION = service.version;
  text = builtins.readFile ../builders/messages.sh + builtins.readFile ./notes.sh;
  meta.description = "Print the notes of a release, if its tag and CHANGELOG.md are right";
}
