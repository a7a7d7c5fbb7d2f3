# The test driver runs it, in the folder that has the suite.
# ruff: noqa: F821 (the test driver defines the rest)
# mypy: disable-error-code="name-defined"
import os
from pathlib import Path

start_all()
first.wait_for_unit("k3s")
first.wait_until_succeeds("kubectl get node second", timeout=1800)
first.succeed("kubectl wait node --all --for condition=Ready --timeout 30m")
first.wait_until_succeeds("kubectl get serviceaccount default", timeout=1800)
first.copy_from_host(str(Path.cwd()), "/tmp/tests")
status, _ = first.execute(
    "cd /tmp/tests && python -m pytest -o timeout=3600 --junit-xml /tmp/junit.xml "
    "kubernetes >&2",
    timeout=7200,
)
report = first.succeed("cat /tmp/junit.xml")
Path(os.environ["out"], "junit.xml").write_text(report)
assert status == 0, "tests failed; their output is above"
