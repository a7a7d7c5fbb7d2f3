# Tells which packages in the images have known vulnerabilities: `nix run .#audit`.
{
  lib,
  not-affected,
  provenSet,
  pythons,
  sboms,
  template,
  writeShellApplication,
  # Only nixpkgs has it.
  grype ? null,
}:
writeShellApplication {
  name = "audit";
  runtimeEnv = {
    ARCHIVE = "${provenSet.scripts}/archive.sh";
    COMMON = "${template + "/nix/common.sh"}";
    FETCH = "${provenSet.fetch}";
    PYTHONPATH = "${provenSet.scripts}";
    NOT_AFFECTED = "${not-affected}";
    SBOMS = "${sboms}";
  }
  // {
    GRYPE = if grype == null then "" else lib.getExe grype;
  };
  text = builtins.readFile ../../builders/messages.sh + ''
    [ $# -le 1 ] || fail "it takes nothing, or a folder of SBOMs, and not $2."
    exec ${pythons.audit}/bin/python ${./scripts}/audit.py "''${1:-$SBOMS}"
  '';
  meta.description = "Tell which packages in the images have known vulnerabilities";
}
