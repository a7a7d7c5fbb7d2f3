# Django's own server on the work tree, beside a cluster with lasting data: `nix run .#dev`.
{
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
  runtimeEnv = service.environment;
  text = builtins.readFile ./built.sh + builtins.readFile ./dev.sh;
  meta.description = "Django's own server on the work tree, beside a cluster with lasting data";
}
