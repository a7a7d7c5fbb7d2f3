"""What audit.toml states of vulnerabilities that do not affect the service.

    statements.py tests FILE            the tests that it names, for pytest
    statements.py shown [FILE CHECK]…   all as JSON, after each check has shown them

[[not-affected]]
id = "CVE-2026-1234"
package = "libxml2"
since = 2026-12-31
justification = "vulnerable_code_not_in_execute_path"
reason = "The service parses no XML."
test = "src/orders/tests/test_api.py::test_xml_is_refused"
"""

import json
import sys
import tomllib
import xml.etree.ElementTree as ElementTree
from dataclasses import asdict, dataclass, fields
from datetime import date
from itertools import batched
from pathlib import Path
from typing import Any, NoReturn

# https://github.com/openvex/spec/blob/main/OPENVEX-SPEC.md
JUSTIFICATIONS = (
    "component_not_present",
    "vulnerable_code_not_present",
    "vulnerable_code_not_in_execute_path",
    "vulnerable_code_cannot_be_controlled_by_adversary",
    "inline_mitigations_already_exist",
)


def fail(sentence: str) -> NoReturn:
    sys.exit(f"audit.toml: {sentence}")


@dataclass(frozen=True)
class Statement:
    """That a vulnerability of a package does not affect what has the package."""

    id: str
    package: str
    since: date
    justification: str
    reason: str
    test: str


def statement(table: dict[str, Any]) -> Statement:
    """
    Raises:
        SystemExit: the table is not as it should be.
    """
    kinds = {field.name: field.type for field in fields(Statement)}
    if {key: type(value) for key, value in table.items()} != kinds:
        fail(f"each [[not-affected]] needs {', '.join(kinds)}, and no more.")
    one = Statement(**table)
    if one.justification not in JUSTIFICATIONS:
        fail(f"the justification of {one.id} is none of {', '.join(JUSTIFICATIONS)}.")
    if not (one.id and one.package and one.reason):
        fail("a text of a [[not-affected]] is empty.")
    if len(one.test.split()) != 1 or "::" not in one.test or one.test[0] == "-":
        fail(
            f"the test of {one.id} must be one, such as src/a/tests/test_b.py::test_c."
        )
    return one


def read(file: Path) -> list[Statement]:
    """
    Raises:
        SystemExit: the file is not as it should be.
    """
    try:
        document = tomllib.loads(file.read_text())
    except ValueError as error:
        fail(f"it is no TOML: {error}.")
    if not document.keys() <= {"accepted", "not-affected"}:
        fail("it has more than [[accepted]] and [[not-affected]].")
    return [statement(table) for table in document.get("not-affected", [])]


def check(report: Path) -> None:
    """
    Raises:
        SystemExit: a test of the report was skipped, so it shows nothing.
    """
    for suite in ElementTree.parse(report / "junit.xml").iter("testsuite"):  # noqa: S314
        if int(suite.get("skipped", 0)):
            fail("a test of a statement was skipped, so nothing shows that it holds.")


def main() -> None:
    mode, *words = sys.argv[1:]
    if mode == "tests":
        names = [one.test.removeprefix("chassis/") for one in read(Path(words[0]))]
        print(*names, sep="\n")
        return
    shown = []
    for file, report in batched(words, 2, strict=True):
        check(Path(report))
        shown += read(Path(file))
    json.dump([asdict(one) for one in shown], sys.stdout, default=str, indent=1)


if __name__ == "__main__":
    main()
