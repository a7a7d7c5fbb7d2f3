# Django's own checks, in production settings and inside the server's closure.
{
  buildCommandCheck,
  server,
  service,
}:
buildCommandCheck "deploy"
  (
    service.environment
    // {
      nativeBuildInputs = [ server ];
      ALLOWED_HOSTS = "api.example.com";
      DJANGO_SECRET_KEY = "a key that signs nothing, but is long and varied enough 0123456789";
      POSTGRES_PASSWORD = "none";
    }
  )
  {
    "check --deploy" = "service-server manage check --deploy --fail-level WARNING";
    # `update` compares what these two write.
    "schema" =
      "service-server manage spectacular --validate --fail-on-warn --format openapi-json "
      + "--file $out/openapi.json";
    "metrics" = "service-server manage listmetrics >$out/metrics";
  }
