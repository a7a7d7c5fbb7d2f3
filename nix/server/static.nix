# The static files of every installed app, as collectstatic gathers them. Their
# source is narrow, so that a change of a view does not make them anew.
{ runCommand, pythons }:
let
  source = builtins.path {
    name = "static-source";
    path = ../../src;
    filter =
      path: type:
      if type == "directory" then
        !builtins.elem (baseNameOf path) [
          "__pycache__"
          "fixtures"
          "migrations"
          "tests"
        ]
      else
        builtins.match ".*/static/.*" path != null
        || builtins.elem (baseNameOf path) [
          "__init__.py"
          "apps.py"
          "environment.py"
          "manage.py"
          "models.py"
          "settings.py"
        ];
  };
in
runCommand "templatesite-static" { nativeBuildInputs = [ pythons.static ]; } ''
  # Production settings make the names with hashes; no value here is used.
  export DJANGO_SECRET_KEY=this-build-signs-nothing-but-needs-fifty-characters ALLOWED_HOSTS=- POSTGRES_PASSWORD=-
  export STATIC_ROOT=$out PYTHONDONTWRITEBYTECODE=1
  python ${source}/manage.py collectstatic --no-input --verbosity 0 --ignore redoc
  python -P ${./keep_hashed.py} $out
  # nginx sends these instead where the client takes gzip.
  find $out -type f -size +1k \( -name '*.css' -o -name '*.js' -o -name '*.svg' -o -name '*.html' -o -name '*.json' -o -name '*.map' \) \
    -exec gzip -9 --keep --no-name {} +
''
