"""audit.toml: what it accepts, until when, and what is wrong with it."""

from datetime import date
from pathlib import Path

import accepted
import pytest
from packages import Answer, Package, State

TODAY = date(2027, 1, 31)
ENTRY = """
[[accepted]]
id = "CVE-2026-1"
package = "libxml2"
reason = "the service parses no XML"
until = 2027-01-31
"""


def entries(tmp_path: Path, text: str) -> list[accepted.Accepted]:
    file = tmp_path / "audit.toml"
    file.write_text(text)
    return accepted.read(file)


def found(*ids: str, name: str = "libxml2", source: str = "") -> Answer:
    package = Package(name, "1", "deb", source, "1")
    return Answer(package, State.FOUND, "fixed", tuple(frozenset([one]) for one in ids))


def test_no_file_accepts_nothing(tmp_path: Path):
    assert accepted.read(tmp_path / "audit.toml") == []


def test_what_is_accepted_is_no_longer_found(tmp_path: Path):
    (answer,) = accepted.apply([found("CVE-2026-1")], entries(tmp_path, ENTRY), TODAY)
    assert answer.state is State.ACCEPTED
    assert answer.says == "CVE-2026-1 until 2027-01-31: the service parses no XML"


def test_by_any_of_its_names_and_by_the_source(tmp_path: Path):
    answer = Answer(
        Package("libxml2-16", "1", "deb", "libxml2", "1"),
        State.FOUND,
        ids=(frozenset(["GHSA-x", "CVE-2026-1"]),),
    )
    (judged,) = accepted.apply([answer], entries(tmp_path, ENTRY), TODAY)
    assert judged.state is State.ACCEPTED


def test_others_of_the_package_stay_found(tmp_path: Path):
    answers = [found("CVE-2026-1", "CVE-2026-2"), found("CVE-2026-1", name="zlib1g")]
    judged = accepted.apply(answers, entries(tmp_path, ENTRY), TODAY)
    assert [answer.state for answer in judged] == [State.FOUND, State.FOUND]
    assert judged[0].ids == (frozenset(["CVE-2026-2"]),)


def test_an_entry_that_ended_is_told_and_accepts_nothing(tmp_path: Path):
    ended = entries(tmp_path, ENTRY.replace("2027-01-31", "2027-01-30"))
    (answer,) = accepted.apply([found("CVE-2026-1")], ended, TODAY)
    assert answer.state is State.FOUND
    (remark,) = accepted.remarks([found("CVE-2026-1")], ended, TODAY)
    assert "until 2027-01-30, which is over" in remark


def test_an_entry_without_a_finding_is_told(tmp_path: Path):
    (remark,) = accepted.remarks([found("CVE-2026-2")], entries(tmp_path, ENTRY), TODAY)
    assert "CVE-2026-1 in libxml2, but it was not found: remove the entry." in remark


def test_an_entry_of_what_was_not_checked_is_not_judged(tmp_path: Path):
    answer = Answer(Package("libxml2", "1", "deb"), State.NOT_CHECKED)
    assert accepted.remarks([answer], entries(tmp_path, ENTRY), TODAY) == []


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[[accepted]", "audit.toml is no TOML"),
        ("[other]\na = 1", "audit.toml has more than [[accepted]] and [["),
        ("[accepted]\nid = 1", "audit.toml has more than [[accepted]] and [["),
        (
            ENTRY.replace("until", "to"),
            "audit.toml: entry 1 needs id, package, reason, until",
        ),
        (ENTRY + "more = 1", "audit.toml: entry 1 needs id, package, reason, until"),
        (ENTRY.replace("2027-01-31", '"2027-01-31"'), "until of entry 1 is not a date"),
        (ENTRY.replace("01-31", "01-31T00:00:00"), "until of entry 1 is not a date"),
        (
            ENTRY.replace("the service parses no XML", ""),
            "reason of entry 1 is not a text",
        ),
        (ENTRY + ENTRY.replace('"libxml2"', "1"), "package of entry 2 is not a text"),
    ],
)
def test_a_malformed_file_is_refused(tmp_path: Path, text: str, sentence: str):
    with pytest.raises(ValueError, match=r"^audit[.]toml") as refused:
        entries(tmp_path, text)
    assert sentence in str(refused.value)
