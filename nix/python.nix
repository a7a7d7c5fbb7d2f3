# One Python environment for each use; an image holds only what it runs.
{ python313, fetchPypi }:
let
  inherit (python313) withPackages;

  # A wheel of Python alone, as PyPI has it.
  pureWheel =
    { hash, ... }@package:
    python313.pkgs.buildPythonPackage (
      removeAttrs package [ "hash" ]
      // {
        format = "wheel";
        src = fetchPypi {
          pname = builtins.replaceStrings [ "-" ] [ "_" ] package.pname;
          inherit (package) version;
          inherit hash;
          format = "wheel";
          dist = "py3";
          python = "py3";
        };
      }
    );

  # Not in nixpkgs.
  django-log-request-id = pureWheel {
    pname = "django-log-request-id";
    version = "2.1.2";
    hash = "sha256-CBm+Dxmd8WMFq5LZzUe6uZlbGy8J0mdCAzBjgVPmnP4=";
    dependencies = [ python313.pkgs.django ];
    pythonImportsCheck = [ "log_request_id" ];
  };

  # New in nixpkgs; nixos-26.05 may lack it.
  django-rest-knox = pureWheel {
    pname = "django-rest-knox";
    version = "5.1.0";
    hash = "sha256-fa0h6RCR2wd5bqlvVZ/S4fZ7jUJ0jU4UDS+noDGVOOc=";
    dependencies = [
      python313.pkgs.django
      python313.pkgs.djangorestframework
    ];
  };

  service = ps: [
    django-log-request-id
    django-rest-knox
    ps.argon2-cffi
    ps.django
    ps.django-cors-headers
    ps.django-csp
    ps.django-prometheus
    ps.djangorestframework
    ps.drf-spectacular
    ps.environs
    ps.psycopg2
    ps.requests
  ];

  test = ps: [
    ps.drf-spectacular-sidecar
    ps.pytest
    ps.pytest-cov
    ps.pytest-django
    ps.pytest-socket
  ];
in
{
  server = withPackages service;

  # With what only brings static files, which are collected at build time.
  static = withPackages (ps: service ps ++ [ ps.drf-spectacular-sidecar ]);

  test = withPackages (ps: service ps ++ test ps);

  # Other engines than the service's, to compare it with.
  bench = withPackages (
    ps:
    service ps
    ++ [
      ps.granian
      ps.gunicorn
    ]
  );

  # mypy must see what it checks.
  development = withPackages (
    ps:
    service ps
    ++ test ps
    ++ [
      ps.django-stubs
      ps.djangorestframework-stubs
      ps.mypy
      ps.supervisor
      ps.types-requests
    ]
  );

  system-test = withPackages (ps: [
    ps.pytest
    ps.requests
  ]);

  images = withPackages (ps: [
    ps.jsonschema
    ps.pytest
    ps.requests
  ]);

  observability = withPackages (ps: [
    ps.pytest
    ps.pyyaml
    ps.requests
  ]);

  supervisor = withPackages (ps: [ ps.supervisor ]);
}
