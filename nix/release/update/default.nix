# Moves the locks of the root, runs the checks that this reaches and writes a page of it:
# `nix run .#update`.
{
  outdated,
  pythons,
  writeShellApplication,
}:
writeShellApplication {
  name = "update";
  runtimeEnv = outdated.environment // {
    PYTHONPATH = "${outdated.scripts}:${outdated.environment.PYTHONPATH}";
  };
  text = ''exec ${pythons.audit}/bin/python ${./scripts}/update.py "$@"'';
  meta.description = "Move the locks, run the checks that this reaches and write a page of it";
}
