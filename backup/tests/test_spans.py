"""Which spans of the log were received without a break."""

import json

import pytest

from backup.spans import NEVER, Span, Spans
from tests.making import NOON, minutes


def span(timeline, begun, until, lost=False):
    return Span(timeline, NOON + minutes(begun), NOON + minutes(until), lost)


@pytest.fixture
def spans(directory):
    return Spans(directory)


def test_spans_are_the_same_after_a_restart(spans, directory):
    """Else a restart would forget that a part of the log is missing."""
    spans.begin(1, NOON, lost=False)
    spans.reach(NOON + minutes(5), 500)
    spans.begin(2, NOON + minutes(6), lost=True)
    again = Spans(directory)
    assert again.all == spans.all
    assert again.all == [
        Span(1, NOON, NOON + minutes(5), lost=False, end=500),
        Span(2, NOON + minutes(6), NOON + minutes(6), lost=True),
    ]
    assert again.newest == again.all[1]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[",
        "{}",
        "null",
        "[1]",
        '[{"timeline": 1}]',
        '[{"timeline": 1, "begun": "x", "until": "x", "lost": false, "end": 1}]',
    ],
)
def test_file_that_cannot_be_read_is_none(directory, text):
    """Else the service would not start after a power cut."""
    (directory / "streams.json").write_text(text)
    spans = Spans(directory)
    assert spans.all == []
    assert spans.newest is None
    assert spans.last_gap == NEVER


def test_nothing_but_the_file_is_left(spans, directory):
    """Else a copy of the backups would have a half-written file beside it."""
    spans.begin(1, NOON, lost=False)
    assert [file.name for file in directory.iterdir()] == ["streams.json"]
    assert json.loads((directory / "streams.json").read_text())[0]["timeline"] == 1


@pytest.mark.parametrize(
    ("minute", "timeline"), [(-1, None), (0, 1), (9, 1), (10, 2), (99, 2), (None, 2)]
)
def test_moment_belongs_to_the_span_that_had_begun(spans, minute, timeline):
    """Else a restore would take the timeline that the database had at another time."""
    spans.all = [span(1, 0, 5), span(2, 10, 20)]
    found = spans.at(None if minute is None else NOON + minutes(minute))
    assert (found and found.timeline) == timeline


def test_last_gap_is_the_newest(spans):
    """Else the alert about a gap would name an old one, or none."""
    spans.all = [span(1, 0, 5, lost=True), span(1, 7, 8, lost=True), span(2, 9, 9)]
    assert spans.last_gap == NOON + minutes(7)


@pytest.mark.parametrize(
    ("spans_of", "since", "until", "is_lost"),
    [
        ([span(1, 0, 5)], 1, 5, False),
        # The stream went on after a restart.
        ([span(1, 0, 5), span(1, 6, 9)], 1, 9, False),
        # A part is missing between them.
        ([span(1, 0, 5), span(1, 6, 9, lost=True)], 1, 5, True),
        # The base backup is newer than the part that is missing.
        ([span(1, 0, 5), span(1, 6, 9, lost=True)], 7, 9, False),
        # Another timeline between them changes nothing.
        ([span(1, 0, 5), span(2, 6, 7, lost=True), span(1, 8, 9)], 1, 9, False),
        # It ends exactly with the span.
        ([span(1, 0, 5), span(1, 6, 9, lost=True)], 5, 5, True),
        ([span(2, 0, 5)], 1, None, False),
    ],
)
def test_log_is_whole_until_a_part_is_missing(spans, spans_of, since, until, is_lost):
    """Else a restore would promise a moment that the log does not reach."""
    spans.all = spans_of
    known, lost = spans.whole_until(1, NOON + minutes(since))
    assert known.until == (NEVER if until is None else NOON + minutes(until))
    assert lost is is_lost
