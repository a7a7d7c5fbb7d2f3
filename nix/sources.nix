# The parts of src/ that builds use: each as narrow as its build allows, so that a
# change elsewhere does not make it anew.
let
  part =
    name: without:
    builtins.path {
      inherit name;
      path = ../src;
      filter =
        path: _:
        !builtins.elem (baseNameOf path) (
          [
            "__pycache__"
            "tests"
          ]
          ++ without
        );
    };

  # What serves requests: Django knows its settings, apps and models without. A module
  # that models or migrations import does not belong here.
  servesRequests = [
    "README.md"
    "admin.py"
    "authentication.py"
    "conftest.py"
    "dependencies.py"
    "errors.py"
    "forms.py"
    "handler.py"
    "log_lines.py"
    "memory.py"
    "nginx.py"
    "hashers.py"
    "createtoken.py"
    "metrics.py"
    "middleware.py"
    "outgoing.py"
    "pagination.py"
    "parsers.py"
    "preconditions.py"
    "schema.py"
    "serializers.py"
    "templates"
    "unapplied.py"
    "urls.py"
    "views"
    "views.py"
    "viewsets.py"
    "wsgi.py"
  ];
in
{
  # The whole project, without tests and texts.
  django = part "templatesite-source" [
    "README.md"
    "conftest.py"
  ];

  migrations = part "migrations-source" ([ "static" ] ++ servesRequests);

  static = part "static-source" (
    [
      "fixtures"
      "migrations"
    ]
    ++ servesRequests
  );
}
