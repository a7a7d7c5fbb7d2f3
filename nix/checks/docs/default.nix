# The pages hold: links and files that they name are there.
{
  buildCommandCheck,
  python313,
  template,
}:
buildCommandCheck "docs"
  {
    tree = builtins.path {
      name = "tree";
      path = template;
      filter = path: _: builtins.match ".*/(__pycache__|[.]git)" (toString path) == null;
    };
  }
  {
    "links and names of files" = "${python313}/bin/python3.13 -P ${./docs.py} \"$tree\"";
  }
