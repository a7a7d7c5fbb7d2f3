"""Print a line for each report below a directory, and last `N passed, N failed`.

    summary.py DIRECTORY

Exit status 1 when a test failed. A report without tests counts as one failed test, and
so does one whose exit status is not 0 although no test in it failed.
"""

import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path


def counts(report: Path) -> tuple[int, int, int, float]:
    """Passed, failed and skipped tests of one report, and the seconds of all."""
    status = (report / "status").read_text().strip()
    total, failed, skipped, seconds = 0, 0, 0, 0.0
    files = list(report.glob("junit*.xml")) or [report / "junit.xml"]
    try:
        # The reports are our own.
        trees = [ElementTree.parse(file) for file in files]  # noqa: S314
        for suite in (
            suite for tree in trees for suite in tree.getroot().iter("testsuite")
        ):
            total += int(suite.get("tests", 0))
            failed += int(suite.get("failures", 0)) + int(suite.get("errors", 0))
            skipped += int(suite.get("skipped", 0))
            seconds += sum(
                float(case.get("time", 0)) for case in suite.iter("testcase")
            )
    except (OSError, ElementTree.ParseError):
        return 0, 1, 0, 0.0
    if failed == 0 and (status != "0" or total == 0):
        return total - skipped, 1, skipped, seconds
    return total - failed - skipped, failed, skipped, seconds


def main() -> int:
    results = {
        report.name: counts(report)
        for report in sorted(Path(sys.argv[1]).iterdir())
        if report.is_dir()
    }
    for name, (passed, failed, skipped, seconds) in results.items():
        print(
            f"{name}: {passed} passed, {failed} failed"
            + (f", {skipped} skipped" if skipped else "")
            + f", {seconds:.0f} s"
        )
    passed, failed, _, _ = map(sum, zip(*results.values(), strict=True))
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
