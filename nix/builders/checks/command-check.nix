# A check (check.nix) whose tests are shell commands: NAME = COMMAND.
{
  buildCheck,
  python313,
}:
name: environment: commands:
buildCheck name
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
