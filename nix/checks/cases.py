"""Run shell commands as test cases: print what they print, write a JUnit report.

    cases.py COMMANDS.json JUNIT.xml

The JSON maps a case's name to its command. Exit status 1 when one failed.
"""

import json
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path


def run(name: str, command: str, suite: ElementTree.Element) -> bool:
    """Whether the command succeeded; its output goes to the report, too."""
    print(f"== {name}", flush=True)
    ended = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", command],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    output = ended.stdout.decode("utf-8", "replace")
    print(output, end="", flush=True)
    case = ElementTree.SubElement(suite, "testcase", name=name)
    if ended.returncode:
        failure = ElementTree.SubElement(case, "failure", message=f"exit status {ended.returncode}")
        failure.text = "".join(
            character for character in output if character.isprintable() or character == "\n"
        )
    return ended.returncode == 0


def main() -> int:
    commands = json.loads(Path(sys.argv[1]).read_text())
    suite = ElementTree.Element("testsuite")
    results = [run(name, command, suite) for name, command in commands.items()]
    suite.attrib.update(tests=str(len(results)), failures=str(results.count(False)))
    ElementTree.ElementTree(suite).write(sys.argv[2])
    print(f"{results.count(True)} passed, {results.count(False)} failed")
    return 0 if results and all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
