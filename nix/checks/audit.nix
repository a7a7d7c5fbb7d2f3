# The audit: what it finds, what it could not check, what is accepted; what is newer than the locks
# and how an update ends; what SBOMs tell of paths that no image has.
{ buildSuiteCheck, template }:
buildSuiteCheck "audit" {
  variables = {
    AUDIT_SCRIPTS = "${../audit/scripts}";
    OUTDATED_SCRIPTS = "${../outdated/scripts}";
    SBOM_SCRIPTS = "${../sbom/scripts}";
    SOLVER = "${../debian/fetch/lock-wheels.py}";
    UPDATE_SCRIPTS = "${../update/scripts}";
    UPDATE_WORKFLOW = "${template + "/.github/workflows/update.yaml"}";
  };
}
