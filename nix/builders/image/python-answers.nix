# A health check for images that have Python and no shell: whether what listens at an address of the
# environment answers 200. image-answers is for the others.
{
  python313,
  writeTextFile,
}:
{
  variable,
  default,
  path,
}:
writeTextFile {
  name = "health";
  executable = true;
  destination = "/bin/health";
  # -I and -S: none of the environment's variables and packages, which take time to find.
  text = ''
    #!${python313}/bin/python3.13 -IS
    ${builtins.readFile ./python-answers.py}
    ask("${variable}", "${default}", "${path}")
  '';
  meta.mainProgram = "health";
}
