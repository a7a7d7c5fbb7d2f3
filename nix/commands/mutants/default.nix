# Changes the code of a tree in one place after the other, and runs the unit tests each time:
# `nix run .#mutants -- src`, or chassis.
{
  writeShellApplication,
  postgresql_17,
  pythons,
  service,
  squawk,
  with-db,
}:
writeShellApplication {
  name = "mutants";
  runtimeInputs = [
    postgresql_17
    pythons.mutation
    squawk
    with-db
  ];
  runtimeEnv = service.environment // {
    DEBUG_MODE = "true";
  };
  text = ''exec with-db python -B ${./scripts}/mutants.py "$@"'';
  meta.description = "Count the changes to the code of src/ or chassis/ that no unit test notices";
}
