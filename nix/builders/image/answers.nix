# A health check: whether an address answers.
{ lib, buildShellScript }:
url:
lib.getExe (buildShellScript {
  name = "health";
  # Without a proxy, which Docker's configuration may have set.
  text = "exec wget -q -Y off -O /dev/null ${url}";
})
