# The images as Docker would run them, without Docker: unpacked, and started under bubblewrap with
# their own user, a read-only root and no capabilities.
{
  bubblewrap,
  layouts,
  root,
  buildSuiteCheck,
  template,
}:
buildSuiteCheck "containers" {
  packages = [ bubblewrap ];
  variables = {
    inherit layouts;
    runbook = template + "/docs/runbook.md";
    source = root + "/src";
    configuration = root + "/pyproject.toml";
  };
}
