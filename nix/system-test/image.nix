# The system tests, against a running cluster.
{ callPackage, pythons }:
callPackage ../image.nix { } {
  name = "system-test";
  title = "templatesite system tests";
  entrypoint = [
    "${pythons.system-test}/bin/python"
    "-m"
    "pytest"
    "-p"
    "no:cacheprovider"
    "${../../system-tests}"
  ];
  environment = {
    PYTHONDONTWRITEBYTECODE = "1";
    SYSTEM_TEST_HOSTPORT = "server:8080";
  };
}
