# An image's configuration: https://specs.opencontainers.org/image-spec/config/
{
  lib,
  cacert,
  packageSetName,
  service,
}:
{
  title,
  entrypoint,
  cmd ? [ ],
  environment ? { },
  user ? "65532:65532",
  ports ? [ ],
  volumes ? [ ],
  health ? null,
  stopSignal ? "SIGTERM",
  workingDir ? "/tmp",
}:
let
  seconds = 1000000000; # Docker counts nanoseconds
  keys = names: lib.genAttrs names (_: { });
in
{
  Entrypoint = entrypoint;
  Cmd = cmd;
  User = user;
  WorkingDir = workingDir;
  StopSignal = stopSignal;
  # The version is here and in a label, so that a release by itself changes no layer.
  Env = lib.mapAttrsToList (variable: value: "${variable}=${value}") (
    {
      SERVICE_VERSION = service.version;
      # OpenSSL and Go trust these authorities.
      SSL_CERT_FILE = "${cacert}/etc/ssl/certs/ca-bundle.crt";
    }
    // environment
  );
  ExposedPorts = keys ports;
  Volumes = keys volumes;
  Labels = {
    "org.opencontainers.image.title" = "${service.name} ${title}";
    "org.opencontainers.image.source" = service.repository;
    "org.opencontainers.image.licenses" = service.license;
    "org.opencontainers.image.version" = service.version;
    package-set = packageSetName;
  };
}
// lib.optionalAttrs (health != null) {
  Healthcheck = {
    Test = [
      "CMD"
      health
    ];
    Interval = 5 * seconds;
    Timeout = 5 * seconds;
    StartPeriod = 60 * seconds;
    # Asked often until the service is well for the first time.
    StartInterval = seconds / 4;
    Retries = 3;
  };
}
