# The pages hold: links and files that they name are there. Of files that are no page,
# the names alone count.
{
  lib,
  buildCommandCheck,
  python313,
  pythons,
  template,
}:
let
  isLeftOut =
    name:
    builtins.elem name [
      ".git"
      "__pycache__"
    ];
  # The files below a folder, by their paths from there.
  files =
    folder:
    builtins.concatLists (
      lib.mapAttrsToList (
        name: type:
        if isLeftOut name then
          [ ]
        else if type == "directory" then
          map (file: "${name}/${file}") (files (folder + "/${name}"))
        else
          [ name ]
      ) (builtins.readDir folder)
    );
in
buildCommandCheck "docs"
  {
    pages = builtins.path {
      name = "pages";
      path = template;
      filter =
        path: type:
        !isLeftOut (baseNameOf path) && (type == "directory" || lib.hasSuffix ".md" (toString path));
    };
    names = builtins.toFile "names" (builtins.concatStringsSep "\n" (files template) + "\n");
    setup = ''
      cp -r --no-preserve=mode "$pages" tree
      (cd tree && xargs --delimiter='\n' touch <"$names")
    '';
  }
  {
    "links and names of files" = "${python313}/bin/python3.13 -P ${./docs.py} tree";
    "the picture of the cluster" = ''
      ${pythons.files}/bin/python -P ${./cluster.py} ${template + "/docker-compose.yaml"} \
        ${../../images/metrics/start.sh} | diff ${template + "/docs/cluster.svg"} - || {
        echo "docs/cluster.svg is behind docker-compose.yaml: python nix/checks/docs/cluster.py" \
          "docker-compose.yaml nix/images/metrics/start.sh >docs/cluster.svg"
        false
      }
    '';
  }
