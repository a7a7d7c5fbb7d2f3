# The audit: what it finds, what it could not check, what is accepted; what is newer than the locks
# and how an update ends; what SBOMs tell of paths that no image has.
{
  buildSuiteCheck,
  provenSet,
  template,
}:
buildSuiteCheck "audit" {
  variables = {
    AUDIT_SCRIPTS = "${../release/audit/scripts}";
    IMAGE_SCRIPTS = "${../builders/image}";
    OUTDATED_SCRIPTS = "${../release/outdated/scripts}";
    SBOM_SCRIPTS = "${../release/sbom/scripts}";
    SET_SCRIPTS = "${provenSet.scripts}";
    SOLVER = "${provenSet.fetch}/lock-wheels.py";
    UPDATE_SCRIPTS = "${../release/update/scripts}";
    VEX_SCRIPTS = "${../release/vex/scripts}";
    UPDATE_WORKFLOW = "${template + "/.github/workflows/update.yaml"}";
  };
}
