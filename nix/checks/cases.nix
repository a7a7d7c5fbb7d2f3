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
      commands = builtins.toJSON commands;
      passAsFile = [ "commands" ];
    }
  )
  ''
    ${environment.setup or ""}
    # By its path: a check has a Python of its own on PATH.
    ${python313}/bin/python3.13 -P ${./cases.py} "$commandsPath" "$out/junit.xml"
  ''
