# Django's own server on the work tree, beside a cluster with lasting data: `nix run .#dev`.
{
  lib,
  coreutils,
  gnugrep,
  pythons,
  service,
  writeShellApplication,
}:
writeShellApplication {
  name = "dev";
  runtimeInputs = [
    coreutils
    gnugrep
    pythons.development
  ];
  # The caller's values come before those of pyproject.toml, as with the cluster.
  text =
    lib.concatStringsSep "" (
      lib.mapAttrsToList (
        name: value: "export ${name}=\${${name}-${lib.escapeShellArg value}}\n"
      ) service.environment
    )
    + builtins.readFile ./built.sh
    + builtins.readFile ./dev.sh;
  meta.description = "Django's own server on the work tree, beside a cluster with lasting data";
}
