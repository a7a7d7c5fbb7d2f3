# A check (reported.nix) whose tests are shell commands: NAME = COMMAND.
{
  callPackage,
  python313,
}:
name: environment: commands:
callPackage ./reported.nix { } name
  (
    environment
    // {
      nativeBuildInputs = [ python313 ] ++ environment.nativeBuildInputs or [ ];
      commands = builtins.toJSON commands;
      passAsFile = [ "commands" ];
    }
  )
  ''
    ${environment.setup or ""}
    python3.13 -P ${./cases.py} "$commandsPath" "$out/junit.xml"
  ''
