"""[[not-affected]] of audit.toml: what is told to customers, and what shows it."""

import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import accepted
import pytest
from packages import Answer, Package, State

SCRIPTS = Path(os.environ["VEX_SCRIPTS"])
TEST = "src/orders/tests/test_api.py::test_xml_is_refused"
STATEMENT = f"""
[[not-affected]]
id = "CVE-2026-1"
package = "libxml2"
since = 2026-12-31
justification = "vulnerable_code_not_in_execute_path"
reason = "The service parses no XML."
test = "{TEST}"
"""
DIGESTS = [f"sha256:{number:064}" for number in range(3)]


def run(script: str, *words: str, **variables: str):
    return subprocess.run(
        [sys.executable, "-B", SCRIPTS / script, *words],
        env=os.environ | variables,
        capture_output=True,
        text=True,
    )


@pytest.fixture
def file(tmp_path) -> Path:
    file = tmp_path / "audit.toml"
    file.write_text(STATEMENT)
    return file


def report(folder: Path, skipped: int) -> Path:
    (folder / "junit.xml").write_text(
        f'<testsuites><testsuite tests="1" skipped="{skipped}"/></testsuites>'
    )
    return folder


@pytest.fixture
def shown(file, tmp_path) -> Path:
    """The statements after their tests have passed."""
    done = run("statements.py", "shown", file, report(tmp_path, skipped=0))
    assert done.returncode == 0, done
    (tmp_path / "shown.json").write_text(done.stdout)
    return tmp_path / "shown.json"


def write(shown: Path, tmp_path: Path, package: str):
    """The documents of two images, of which one has libxml2 or another package."""
    indexes, sboms, out = (tmp_path / name for name in ("indexes", "sboms", "out"))
    out.mkdir()
    sboms.mkdir()
    for name, purl in (("a", f"pkg:deb/debian/{package}@1"), ("b", "pkg:pypi/x@1")):
        (indexes / name).mkdir(parents=True)
        named = {"manifests": [{"digest": DIGESTS[0]}]}
        (indexes / name / "index.json").write_text(json.dumps(named))
        component = {"name": purl.split("/")[-1].split("@")[0], "purl": purl}
        for number, architecture in enumerate(("amd64", "arm64"), start=1):
            about = {"component": {"version": DIGESTS[number]}}
            sbom = {"metadata": about, "components": [component]}
            (sboms / f"{name}.{architecture}.cdx.json").write_text(json.dumps(sbom))
    (indexes / "list").write_text("a shop-a 0\nb shop-b 0\n")
    places = {"indexes": indexes, "sboms": sboms, "out": out, "statements": shown}
    variables = {name: str(place) for name, place in places.items()}
    return run("write.py", **variables, author="shop"), out


def test_pytest_is_told_the_test(file):
    assert run("statements.py", "tests", file).stdout == f"{TEST}\n"


def test_image_with_the_package_has_a_document(shown, tmp_path):
    done, out = write(shown, tmp_path, "libxml2")
    assert done.returncode == 0, done
    (written,) = out.iterdir()
    assert written.name == "a.openvex.json"
    (stated,) = json.loads(written.read_text())["statements"]
    assert stated["vulnerability"] == {"name": "CVE-2026-1"}
    assert stated["status"] == "not_affected"
    assert TEST in stated["status_notes"]
    assert [product["@id"] for product in stated["products"]] == [
        f"pkg:oci/shop-a@{digest}" for digest in DIGESTS
    ]
    for product in stated["products"]:
        assert product["subcomponents"] == [{"@id": "pkg:deb/debian/libxml2@1"}]


def test_statement_about_a_package_that_is_gone_is_refused(shown, tmp_path):
    done, _ = write(shown, tmp_path, "other")
    assert done.returncode == 1
    assert "no image has a package libxml2: remove its statement." in done.stderr


def test_test_that_was_skipped_shows_nothing(file, tmp_path):
    done = run("statements.py", "shown", file, report(tmp_path, skipped=1))
    assert (done.returncode, done.stdout) == (1, "")
    assert "was skipped" in done.stderr


def test_audit_takes_what_was_shown(shown):
    package = Package("libxml2", "1", "deb")
    answers = [Answer(package, State.FOUND, "", (frozenset(["CVE-2026-1"]),))]
    entries = accepted.shown(shown)
    (answer,) = accepted.apply(answers, entries, date(2027, 1, 31))
    assert answer.state is State.ACCEPTED
    assert answer.says == "CVE-2026-1 does not affect it: The service parses no XML."
    assert accepted.remarks([], entries, date(2027, 1, 31)) == []


@pytest.mark.parametrize(
    ("was", "written", "sentence"),
    [
        ("2026-12-31", '"yesterday"', "needs id, package, since, "),
        (f'test = "{TEST}"', "", "needs id, package, since, "),
        ("vulnerable_code_not_in_execute_path", "trust_me", "is none of component_"),
        ("[[not-affected]]\n", "[[not-affected]]\nuntil = 1\n", "and no more."),
        (TEST, "src/orders", "the test of CVE-2026-1 must be one, such as "),
        (TEST, f"{TEST} --collect-only", "the test of CVE-2026-1 must be one"),
        (TEST, f"--deselect={TEST}", "the test of CVE-2026-1 must be one"),
        ("\n[[", "\n[[not-afected]]\n[[", "it has more than [[accepted]] and "),
        ("libxml2", "", "a text of a [[not-affected]] is empty."),
        ("[[not-affected]]", "[[not-affected", "it is no TOML: "),
    ],
)
def test_what_is_wrong_is_one_sentence(file, was: str, written: str, sentence: str):
    file.write_text(STATEMENT.replace(was, written))
    done = run("statements.py", "tests", file)
    assert (done.returncode, done.stdout) == (1, "")
    (line,) = done.stderr.splitlines()
    assert line.startswith("audit.toml: ")
    assert sentence in line
