# A shell script that needs nothing but busybox, for images that have it.
{
  lib,
  writeTextFile,
  busybox,
}:
{
  name,
  text,
  runtimeInputs ? [ ],
  runtimeEnv ? { },
  meta ? { },
  passthru ? { },
}:
writeTextFile {
  inherit name passthru;
  meta = {
    mainProgram = name;
  }
  // meta;
  executable = true;
  destination = "/bin/${name}";
  text = ''
    #!${busybox}/bin/busybox sh
    set -eu -o pipefail
    ${lib.concatStringsSep "\n" (
      lib.mapAttrsToList (variable: value: "export ${variable}=${value}") runtimeEnv
    )}
    export PATH="${lib.makeBinPath (runtimeInputs ++ [ busybox ])}"

    ${text}
  '';
}
