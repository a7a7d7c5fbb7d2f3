"""What an SBOM makes of the licences that Debian's packages state."""

import licences
import pytest


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        (["Expat"], "MIT"),
        (["GPL-2"], "GPL-2.0-only"),
        (["GPL-2+"], "GPL-2.0-or-later"),
        (["LGPL-2.1+"], "LGPL-2.1-or-later"),
        (["GPL-3.0+"], "GPL-3.0-or-later"),
        (["GFDL-NIV-1.3+"], "GFDL-1.3-no-invariants-or-later"),
        (["GPL"], "GPL-1.0-or-later"),
        (["Apache-2"], "Apache-2.0"),
        (["bsd-3-clause"], "BSD-3-Clause"),
        (
            ["GPL-2 with Linux-syscall-note exception"],
            "GPL-2.0-only WITH Linux-syscall-note",
        ),
        (["GPL-2+ with Libtool exception"], "GPL-2.0-or-later WITH Libtool-exception"),
        # What SPDX does not know is only named.
        (["public-domain"], "LicenseRef-public-domain"),
        (
            ["GPL-3+ with another exception"],
            "LicenseRef-GPL-3-or-later-with-another-exception",
        ),
        (["BSD-derived (of somebody)"], "LicenseRef-BSD-derived-of-somebody"),
        # "and" binds stronger than "or", a comma makes it the weakest.
        (["Artistic or GPL-1+"], "Artistic-1.0-Perl OR GPL-1.0-or-later"),
        (["ISC and Expat or GPL-2"], "ISC AND MIT OR GPL-2.0-only"),
        (["ISC or Expat, and GPL-2"], "GPL-2.0-only AND (ISC OR MIT)"),
        # One of several that hold together is named once.
        (["Expat", "ISC and Expat", "MIT"], "ISC AND MIT"),
        (["Expat", "GPL-2 or ISC"], "(GPL-2.0-only OR ISC) AND MIT"),
        (["mit AND (isc or Zlib)"], "MIT AND (ISC OR Zlib)"),
    ],
)
def test_licences_become_one_of_spdx(stated: list[str], expected: str):
    (found,) = licences.of(stated)
    assert (getattr(found, "id", "") or found.value) == expected


def test_nothing_is_claimed_where_nothing_is_stated():
    assert licences.of([]) == []
