# The static files of every installed app, as collectstatic gathers them.
{
  pythons,
  runCommand,
  service,
  trees,
}:
runCommand "static" (service.environment // { nativeBuildInputs = [ pythons.static ]; }) ''
  # Production settings make the names with hashes; no value here is used.
  export DJANGO_SECRET_KEY=this-build-signs-nothing-but-needs-fifty-characters
  export ALLOWED_HOSTS=- POSTGRES_PASSWORD=- STATIC_ROOT=$out PYTHONDONTWRITEBYTECODE=1
  # The admin takes its libraries' small forms, but for debugging.
  python ${trees.static}/manage.py collectstatic --no-input --verbosity 0 --ignore redoc \
    --ignore 'admin/js/vendor/*/jquery.js' --ignore 'admin/js/vendor/*/select2.full.js' \
    --ignore 'admin/js/vendor/*/xregexp.js'
  python -P ${./keep_hashed.py} $out
  # nginx unpacks them for the few clients that do not take gzip.
  find $out -type f -size +1k \
    \( -name '*.css' -o -name '*.js' -o -name '*.svg' -o -name '*.html' \) \
    -exec gzip -9 --no-name {} +
''
