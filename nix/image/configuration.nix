# An image's configuration: https://specs.opencontainers.org/image-spec/config/
{ lib, service }:
{
  title,
  # Whether the label `version` is on it, which changes it at each release.
  versioned ? false,
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
  Env = lib.mapAttrsToList (variable: value: "${variable}=${value}") environment;
  ExposedPorts = keys ports;
  Volumes = keys volumes;
  Labels = {
    "org.opencontainers.image.title" = "${service.name} ${title}";
    "org.opencontainers.image.source" = service.repository;
    "org.opencontainers.image.licenses" = service.license;
  }
  // lib.optionalAttrs versioned {
    "org.opencontainers.image.version" = service.version;
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
