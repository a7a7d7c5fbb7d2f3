# Compares images of a registry with those that the tree builds: `nix run .#verify -- IMAGE@DIGEST`.
{
  lib,
  buildable,
  packageSetName,
  python313,
  released,
  service,
  skopeo,
  writeShellApplication,
  # The images for each architecture, as far as this machine builds them.
  all ? map (project: project.layouts) buildable,
  # All that the root declares.
  architectures ? map (project: project.architecture) released,
}:
writeShellApplication {
  name = "verify";
  runtimeInputs = [ skopeo ];
  runtimeEnv = {
    PACKAGE_SET = packageSetName;
    TREE_SET = service.packages;
  };
  text = builtins.readFile ../builders/messages.sh + builtins.readFile ./own-set.sh + ''
    exec ${python313}/bin/python3.13 -B ${./scripts}/verify.py \
      ${lib.concatStringsSep ":" (map toString all)} ${lib.concatStringsSep ":" architectures} \
      ${service.version} "$@"
  '';
  meta.description = "Tell whether images of a registry are those that this tree builds";
}
