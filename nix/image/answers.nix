# A health check: whether an address answers.
{ lib, shellScript }:
url:
lib.getExe (shellScript {
  name = "health";
  # Without a proxy, which Docker's configuration may have set.
  text = "exec wget -q -Y off -O /dev/null ${url}";
})
