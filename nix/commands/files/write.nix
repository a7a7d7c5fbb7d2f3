# Writes the files that other tools must find into the root: `nix run .#files`.
{
  coreutils,
  diffutils,
  files,
  findutils,
  service,
  writeShellApplication,
}:
writeShellApplication {
  name = "files";
  runtimeInputs = [
    coreutils
    diffutils
    findutils
  ];
  runtimeEnv = {
    FILES = files;
    SERVICE = service.name;
  };
  text = builtins.readFile ../../builders/messages.sh + builtins.readFile ./write.sh;
  meta.description = "Write the files of the root that the template decides";
}
