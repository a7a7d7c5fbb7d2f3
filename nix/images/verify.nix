# Compares images of a registry with those that the tree builds: `nix run .#verify -- IMAGE@DIGEST`.
{
  layouts,
  python313,
  service,
  skopeo,
  writeShellApplication,
}:
writeShellApplication {
  name = "verify";
  runtimeInputs = [ skopeo ];
  text = ''
    exec ${python313}/bin/python3.13 -P ${./verify.py} ${layouts} ${service.version} "$@"
  '';
  meta.description = "Tell whether images of a registry are those that this tree builds";
}
