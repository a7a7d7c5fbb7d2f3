# Checks that a tag and CHANGELOG.md are a release's, and prints its notes: `nix run .#notes -- TAG`.
{
  service,
  writeShellApplication,
}:
writeShellApplication {
  name = "notes";
  runtimeEnv.VERSION = service.version;
  text = builtins.readFile ../images/tell.sh + builtins.readFile ./notes.sh;
  meta.description = "Print the notes of a release, if its tag and CHANGELOG.md are right";
}
