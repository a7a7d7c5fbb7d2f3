"""Run shell commands as test cases: print what they print, write a JUnit report.

    cases.py COMMANDS.json JUNIT.xml

The JSON maps a case's name to its command; one that ends with status 77 could not be
run, and its last line says why. Exit status 1 when one failed.
"""

import json
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from time import monotonic

SKIPPED = 77


def run(name: str, command: str, suite: ElementTree.Element) -> int:
    """The command's exit status; its output goes to the report, too."""
    print(f"== {name}", flush=True)
    begun = monotonic()
    ended = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", command],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    output = ended.stdout.decode("utf-8", "replace")
    print(output, end="", flush=True)
    seconds = f"{monotonic() - begun:.3f}"
    case = ElementTree.SubElement(suite, "testcase", name=name, time=seconds)
    if ended.returncode == SKIPPED:
        ElementTree.SubElement(
            case, "skipped", message=output.strip().rpartition("\n")[2]
        )
    elif ended.returncode:
        failure = ElementTree.SubElement(
            case, "failure", message=f"exit status {ended.returncode}"
        )
        failure.text = "".join(
            character
            for character in output
            if character.isprintable() or character == "\n"
        )
    return ended.returncode


def main() -> int:
    commands = json.loads(Path(sys.argv[1]).read_text())
    suite = ElementTree.Element("testsuite")
    results = [run(name, command, suite) for name, command in commands.items()]
    passed, skipped = results.count(0), results.count(SKIPPED)
    failed = len(results) - passed - skipped
    suite.attrib.update(
        tests=str(len(results)), failures=str(failed), skipped=str(skipped)
    )
    ElementTree.ElementTree(suite).write(sys.argv[2])
    print(
        f"{passed} passed, {failed} failed"
        + (f", {skipped} skipped" if skipped else "")
    )
    return 0 if passed and not failed else 1


if __name__ == "__main__":
    sys.exit(main())
