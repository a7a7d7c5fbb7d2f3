"""What the changelogs of Python packages say of security between two versions."""

import changelogs
import pytest
from pip._vendor.packaging.version import Version

MARKDOWN = """\
# Changes

## [2.10.0] - 2026-10-01
### Security
- CVE-2026-1000: a fault. Python 3.14 is supported.

### Python 3.14 is supported
- CVE-2026-1001 was one of the 2.10 series.

## v2.9.1 (2026-09-01)
- GHSA-abcd-1234-wxyz is mended.

## 2.9.0
- CVE-2026-0999 is old.
"""
UNDERLINED = """\
Version 2.10.0 (1 Oct 2026)
---------------------------
- CVE-2026-1000: a fault.
- Another one, of two lines:
  CVE-2026-1001 is mended.

pack-age 2.9.1
==============
GHSA-abcd-1234-wxyz is mended.

2.9.0
=====
CVE-2026-0999 is old.
"""
WRAPPED = "2.10.0: Another one, of two lines: CVE-2026-1001 is mended."
BOLD = UNDERLINED.replace("\n---", "\n\n---").replace(
    "Version 2.10.0 (1 Oct 2026)", "**2.10.0** (1)"
)


@pytest.mark.parametrize(
    "text", [MARKDOWN, UNDERLINED, BOLD], ids=["markdown", "rst", "bold"]
)
def test_headings_are_understood(text: str):
    lines = changelogs.between(
        changelogs.read(text), Version("2.9.0"), Version("2.10.0")
    )
    named = [line.partition(":")[0] for line in lines if changelogs.ID.search(line)]
    assert named == ["2.9.1", "2.10.0", "2.10.0"]
    assert lines[2].endswith("CVE-2026-1001 was one of the 2.10 series.") == (
        text is MARKDOWN
    )
    assert (lines[2] == WRAPPED) == (text is not MARKDOWN)
    assert (
        changelogs.between(changelogs.read(text), Version("2.10.0"), Version("3")) == []
    )


@pytest.mark.parametrize(
    "item",
    [
        "Rows were disclosed to readers who may not see them",
        "Escape names, against XSS",
        "A header of many parts was a denial of service",
    ],
)
def test_a_fault_without_an_id_is_told(item: str):
    items = changelogs.read(f"## 1.1\n- {item}\n- A faster page\n")
    assert changelogs.between(items, Version("1.0"), Version("1.1")) == [f"1.1: {item}"]


def test_what_the_own_series_has_mended_is_no_news():
    items = [
        (Version("5.2.9"), "CVE-2026-1: as in 6.0.1"),
        (Version("4.2.30"), "CVE-2026-2: another series, which may be younger"),
        (Version("6.0.1"), "CVE-2026-1: as in 5.2.9"),
        (Version("6.0.1"), "CVE-2026-2: not in 5.2"),
        (Version("6.0.2"), "content-security-policy is new"),
        (Version("6.0.2"), "a Security release"),
    ]
    items = [(version, line.replace("2026-", "2026-000")) for version, line in items]
    assert changelogs.between(items, Version("5.2.19"), Version("6.0.2")) == [
        "6.0.1: CVE-2026-0002: not in 5.2",
        "6.0.2: a Security release",
    ]


@pytest.mark.parametrize(
    ("path", "is_one"),
    [
        ("CHANGELOG.md", True),
        ("CHANGES", True),
        ("HISTORY.rst", True),
        ("docs/community/release-notes.md", True),
        ("docs/releases/5.2.1.txt", True),
        ("doc/en/announce/release-9.2.0.rst", True),
        ("vendored/library/CHANGELOG.md", False),
        ("docs/changes.py", False),
        ("tests/data/1.2.txt", False),
        ("docs/internals/release-process.txt", False),
    ],
)
def test_which_files_tell(path: str, is_one: bool):
    assert changelogs.is_changelog(path) is is_one


def test_a_file_of_one_version_is_of_no_other():
    text = "Notes\n=====\n\nCVE-2026-0001: a fault, as in\n\n5.1.9\n=====\n"
    version = changelogs.version_of("docs/releases/5.2.1.txt")
    items = list(changelogs.read(text, version))
    assert {str(version) for version, _ in items} == {"5.2.1"}
