# A program that a Python script starts, with what it finds on PATH and in its environment; an image
# starts the script without a shell.
{
  lib,
  writeShellApplication,
}:
{
  name,
  # The Python that runs it.
  python,
  start,
  programs,
  environment,
  # What the script links into the run directory.
  files,
  description,
}:
let
  entrypoint = [
    python
    "-P"
    "${start}"
  ];
in
writeShellApplication {
  inherit name;
  runtimeInputs = programs;
  runtimeEnv = environment;
  text = ''exec ${lib.concatStringsSep " " entrypoint} "$@"'';
  meta = { inherit description; };
  passthru = {
    inherit
      entrypoint
      files
      programs
      start
      ;
    environment = environment // {
      PATH = lib.makeBinPath programs;
    };
  };
}
