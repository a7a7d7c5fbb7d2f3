# What all images have in common: an unprivileged user, a /tmp, labels that do
# not change with every commit, and a health check.
{
  lib,
  busybox,
  dockerTools,
  runCommand,
}:
{
  # The folder, the image and the compose service are one word.
  name,
  title,
  entrypoint,
  cmd ? [ ],
  environment ? { },
  user ? "65532:65532",
  ports ? [ ],
  # Directories that only this user writes, kept in volumes.
  volumes ? [ ],
  # What tells whether the service is well: an address that answers, or a command.
  healthUrl ? null,
  health ?
    if healthUrl == null then
      null
    else
      [
        "${busybox}/bin/busybox"
        "wget"
        "-q"
        "-Y" # no proxy, which Docker's configuration may have set
        "off"
        "-O"
        "/dev/null"
        healthUrl
      ],
  stopSignal ? "SIGTERM",
  workingDir ? "/tmp",
  contents ? [ ],
  # What must not get in by way of something else.
  forbidden ? [ ],
}:
let
  seconds = 1000000000; # Docker counts nanoseconds
  # Fails to build where something forbidden is in the closure.
  allowed = runCommand "${name}-allowed" { disallowedRequisites = forbidden; } ''
    cat >$out <<'END'
    ${lib.concatStringsSep "\n" (entrypoint ++ cmd ++ lib.attrValues environment ++ contents)}
    END
  '';
  keys = names: lib.genAttrs names (_: { });
  writable = toString (
    map (directory: ".${directory}") (
      [
        "/tmp"
        "/run"
      ]
      ++ volumes
    )
  );
in
dockerTools.buildLayeredImage {
  name = "templatesite-${name}";
  contents = [ ./root ] ++ contents;
  # Anyone may write here, as in the official images: Docker gives a new volume
  # the mode of the directory that it covers.
  extraCommands = ''
    # ${allowed}
    mkdir -p -m 0755 var
    mkdir -p ${writable}
    chmod 1777 ${writable}
  '';
  config = {
    Entrypoint = entrypoint;
    Cmd = cmd;
    User = user;
    WorkingDir = workingDir;
    StopSignal = stopSignal;
    Env = lib.mapAttrsToList (variable: value: "${variable}=${value}") environment;
    ExposedPorts = keys ports;
    Volumes = keys volumes;
    Labels = {
      "org.opencontainers.image.title" = title;
      "org.opencontainers.image.version" = "1";
      "org.opencontainers.image.source" = "https://example.com/templatesite";
      "org.opencontainers.image.licenses" = "MIT";
    };
  }
  // lib.optionalAttrs (health != null) {
    Healthcheck = {
      Test = [ "CMD" ] ++ health;
      Interval = 5 * seconds;
      Timeout = 5 * seconds;
      StartPeriod = 60 * seconds;
      # Asked often until the service is well for the first time.
      StartInterval = seconds / 4;
      Retries = 3;
    };
  };
}
