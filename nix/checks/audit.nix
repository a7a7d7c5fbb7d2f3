# The audit: what it finds, what it could not check, what is accepted; and what SBOMs tell of paths
# that no image has.
{ buildSuiteCheck }:
buildSuiteCheck "audit" {
  variables = {
    AUDIT_SCRIPTS = "${../audit/scripts}";
    SBOM_SCRIPTS = "${../sbom/scripts}";
  };
}
