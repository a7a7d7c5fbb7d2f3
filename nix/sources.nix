# The parts of src/ that builds use: each as narrow as its build allows, so that a
# change elsewhere does not make it anew.
let
  part =
    name: without: wanted:
    builtins.path {
      inherit name;
      path = ../src;
      filter =
        path: type:
        !builtins.elem (baseNameOf path) (
          [
            "__pycache__"
            "tests"
          ]
          ++ without
        )
        && (type == "directory" || wanted path);
    };

  # What Django imports to know its settings, apps and models.
  loadsDjango =
    path:
    builtins.elem (baseNameOf path) [
      "__init__.py"
      "apps.py"
      "environment.py"
      "manage.py"
      "models.py"
      "settings.py"
    ];
  directory = path: baseNameOf (dirOf path);
in
{
  # The whole project, without tests and texts.
  django = part "templatesite-source" [ "README.md" "conftest.py" ] (_: true);

  migrations = part "migrations-source" [ ] (
    path:
    loadsDjango path
    || builtins.elem (directory path) [
      "migrations"
      "fixtures"
    ]
  );

  static = part "static-source" [ "fixtures" "migrations" ] (
    path: loadsDjango path || builtins.match ".*/static/.*" path != null
  );
}
