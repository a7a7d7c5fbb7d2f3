# A health check: whether an address answers.
{ lib, callPackage }:
url:
lib.getExe (
  callPackage ../script.nix { } {
    name = "health";
    # Without a proxy, which Docker's configuration may have set.
    text = "exec wget -q -Y off -O /dev/null ${url}";
  }
)
