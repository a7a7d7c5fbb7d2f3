# The parts of src/ that builds use, with the file that names the service: each as narrow as its
# build allows, so that a change elsewhere does not make it anew.
{
  root,
  runCommand,
  service,
}:
let
  project =
    name: without:
    runCommand name { } ''
      cp -r ${part without} $out
      chmod u+w $out
      cp ${service.pyproject} $out/pyproject.toml
    '';

  part =
    without:
    builtins.path {
      name = "src";
      path = root + "/src";
      filter =
        path: _:
        !builtins.elem (baseNameOf path) (
          [
            "__pycache__"
            "conftest.py"
            "README.md"
            "tests"
          ]
          ++ without
        );
    };

  # Of monitoring/, which a root need not have.
  monitored =
    name: without:
    if builtins.pathExists (root + "/monitoring") then
      builtins.path {
        inherit name;
        path = root + "/monitoring";
        filter = path: _: !builtins.elem (baseNameOf path) without;
      }
    else
      "/var/empty";
in
{
  # What a test of it needs beside its own tests.
  code = part [ ];

  # The whole project.
  django = project "django-source" [ ];

  # For the database. An application's folder `api` has what only requests need, `management` what
  # only people call.
  migrations = project "migrations-source" [
    "api"
    "management"
    "static"
    "templates"
    "urls.py"
    "wsgi.py"
  ];

  # For files that web servers answer with.
  static = project "static-source" [
    "api"
    "fixtures"
    "migrations"
    "templates"
    "urls.py"
    "wsgi.py"
  ];

  system-tests =
    if builtins.pathExists (root + "/system-tests") then
      root + "/system-tests"
    else
      throw (
        "The folder system-tests/ is missing beside pyproject.toml: "
        + "it has the service's tests over HTTP."
      );

  # For Prometheus and for Grafana.
  monitoring = monitored "monitoring" [
    "alertmanager.yml"
    "README.md"
    "dashboards"
    "runbook.md"
    "tests"
  ];
  dashboards = monitored "dashboards" [
    "README.md"
    "alertmanager.yml"
    "alerts"
    "console"
    "runbook.md"
    "scrape"
    "tests"
  ];
}
