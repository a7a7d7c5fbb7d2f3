"""Make a JUnit report of the test driver's output: a case for each subtest.

report.py LOG JUNIT.xml
"""

import re
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

log = re.sub(r"\x1b\[[0-9;]*m", "", Path(sys.argv[1]).read_text(errors="replace"))
begun = re.findall(r"^subtest: (.*)$", log, re.MULTILINE)
finished = dict(
    re.findall(
        r"^\(finished: subtest: (.*), in ([0-9.]+) seconds\)$", log, re.MULTILINE
    )
)

suite = ElementTree.Element(
    "testsuite", tests=str(len(begun)), failures=str(len(begun) - len(finished))
)
for name in begun:
    case = ElementTree.SubElement(
        suite, "testcase", name=name, time=finished.get(name, "0")
    )
    if name not in finished:
        ElementTree.SubElement(
            case, "failure", message="not finished; the log says why"
        )
ElementTree.ElementTree(suite).write(sys.argv[2])
