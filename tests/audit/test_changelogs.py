"""Which CVEs the changelog of a newer version of a Debian package names."""

import pytest
from archive import named_between
from debian.changelog import Changelog
from debian.debian_support import Version

TEXT = """\
libxml2 (1:2.14-2+deb13u3) trixie-security; urgency=medium

  * CVE-2026-0003: a fault in two
    lines; and CVE-2026-100004.

 -- A Person <person@example.com>  Mon, 02 Nov 2026 10:00:00 +0000

libxml2 (1:2.14-2+deb13u2) trixie; urgency=medium

  * Nothing of interest.

 -- A Person <person@example.com>  Mon, 05 Oct 2026 10:00:00 +0000

libxml2 (1:2.14-2~rc1) trixie; urgency=medium

  * Fix CVE-2026-0002 (Closes: #1).

 -- A Person <person@example.com>  Mon, 07 Sep 2026 10:00:00 +0000

libxml2 (1:2.9-10) trixie; urgency=medium

  * Fix CVE-2026-0001.

 -- A Person <person@example.com>  Mon, 03 Aug 2026 10:00:00 +0000
"""


@pytest.mark.parametrize(
    ("locked", "named"),
    [
        ("1:2.14-2+deb13u3", set()),
        ("1:2.14-2+deb13u2", {"CVE-2026-0003", "CVE-2026-100004"}),
        ("1:2.14-2", {"CVE-2026-0003", "CVE-2026-100004"}),  # ~rc1 is older
        ("1:2.14-1", {"CVE-2026-0002", "CVE-2026-0003", "CVE-2026-100004"}),
        ("1:2.9-10", {"CVE-2026-0002", "CVE-2026-0003", "CVE-2026-100004"}),
    ],
)
def test_what_came_after_a_version_counts(locked: str, named: set[str]):
    assert named_between(Changelog(TEXT), Version(locked)) == named


@pytest.mark.parametrize("locked", ["1:2.9-9", "2.14-2"])
def test_a_changelog_that_begins_later_tells_nothing(locked: str):
    assert named_between(Changelog(TEXT), Version(locked)) is None
