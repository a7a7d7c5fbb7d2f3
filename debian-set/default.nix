# What nix/ is told of this set beside its packages, whichever set builds: a root's locks are this
# set's, and its commands move and audit them.
{
  # The value of `[tool.template] packages`, and the attribute of this set that no other has.
  name = "debian";

  # What `relock` writes of packages that are not Python's.
  locks = [
    "debian-packages.lock.json"
    "debian-packages-arm64.lock.json"
  ];

  # Lists for pip, and how it is asked.
  fetch = ./fetch;

  # Modules in Python: what is known of the distribution's packages, for SBOMs, the audit,
  # `outdated` and `update`; and the packages of PyPI that these import.
  scripts = ./release;
  imports = [ "python-debian" ];

  # Checks of this set alone, among the platform's.
  checks = import ./checks;
}
