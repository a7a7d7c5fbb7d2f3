"""The stream: what is known to be received, and the real receive-wal of Barman."""

import json
import threading
import time
from contextlib import contextmanager
from dataclasses import replace

import pytest

from backup.barman import Barman
from backup.receiver import IMPOSSIBLE, Receiver, begun
from backup.spans import Span, Spans
from tests.making import NOON, facts, minutes
from tests.server import wait_until


@pytest.fixture
def receiver(settings, barman):
    return Receiver(settings, barman, Spans(settings.directory), threading.Event())


def at(minute, **changed):
    """The database at a minute, having written 100 bytes in each."""
    changed.setdefault("received", minute * 100)
    return facts(time=NOON + minutes(minute), written=minute * 100, **changed)


def untils(receiver):
    return [
        (span.timeline, (span.until - NOON).total_seconds() / 60, span.end)
        for span in receiver.spans.all
    ]


def test_what_was_written_is_known_once_it_is_received(receiver):
    """Else a restore would promise a moment whose log was never received."""
    receiver.note_received(at(1))
    receiver.note_received(at(2, received=150))
    assert untils(receiver) == [(1, 1, 0)]
    receiver.note_received(at(3, received=200))
    assert untils(receiver) == [(1, 2, 200)]
    receiver.note_received(at(4, received=None))
    assert untils(receiver) == [(1, 2, 200)]
    receiver.note_received(at(5, received=500))
    assert untils(receiver) == [(1, 5, 500)]


def test_idle_database_is_known_to_be_received(receiver):
    """Else a restore to a quiet night's moment would be refused."""
    for minute in (1, 2, 3):
        receiver.note_received(replace(at(minute), written=100, received=100))
    assert untils(receiver) == [(1, 3, 100)]


def test_another_timeline_begins_a_span(receiver):
    """Else a restore would look for its moment on the wrong timeline."""
    receiver.note_received(at(1))
    receiver.note_received(at(5, timeline=2, since=NOON + minutes(4)))
    assert untils(receiver) == [(1, 1, 0), (2, 4, 0)]
    assert not receiver.spans.newest.lost


def test_full_disk_does_not_end_the_service(receiver):
    """Else a full disk would stop the stream, too."""
    receiver.spans.file = receiver.directory / "nowhere/streams.json"
    receiver.note_received(at(1))
    receiver.note_received(at(2))
    assert not receiver.spans.file.exists()


@pytest.mark.parametrize(
    ("former", "expected"),
    [
        (None, NOON),
        (Span(1, NOON - minutes(9), NOON - minutes(8), lost=False), NOON),
        # It was restored, and was started on its new timeline an hour ago.
        (
            Span(2, NOON - minutes(99), NOON - minutes(98), lost=False),
            NOON - minutes(60),
        ),
        # The backup was received of the former one until later than that.
        (
            Span(2, NOON - minutes(99), NOON - minutes(30), lost=False),
            NOON - minutes(30),
        ),
    ],
)
def test_begin_of_a_span(former, expected):
    """Else moments right after a restore would belong to the database before it."""
    assert begun(facts(), former) == expected


def test_gap_is_told_once(receiver, capsys):
    """Else each attempt of a stream that cannot begin would be a gap of its own."""
    receiver.begin_span(at(1, slot=None))
    assert not receiver.spans.newest.lost
    assert capsys.readouterr().out == ""
    for minute in (2, 3):
        receiver.begin_span(at(minute, slot="lost"))
    assert untils(receiver) == [(1, 1, 0), (1, 2, 0)]
    assert capsys.readouterr().out.count("a part of the log is missing") == 1


def test_timeline_that_is_new_has_no_gap(receiver):
    """Else each restore would raise the alert about a gap."""
    receiver.begin_span(at(1, slot=None))
    receiver.begin_span(at(5, slot=None, timeline=2))
    assert [span.lost for span in receiver.spans.all] == [False, False]
    receiver.begin_span(at(9, slot=None, timeline=1))
    assert receiver.spans.newest.lost


def test_same_end_is_told_once(receiver, capsys):
    """Else a night without the database would be thousands of lines."""
    for words in ("one", "one", "two", "one"):
        receiver.report(words)
    assert capsys.readouterr().out.split() == [
        *("backup:", "one", "backup:", "two", "backup:", "one")
    ]


@pytest.mark.parametrize(
    ("words", "is_impossible"),
    [
        (
            "requested WAL segment 000000010000000000000002 has already been removed",
            True,
        ),
        ("requested starting point 0/9000000 on timeline 1 is not in", True),
        ("requested starting point 0/4000000 is ahead of the WAL flush position", True),
        ("requested timeline 2 is not a child of this server's history", True),
        ("could not connect to server: Connection refused", False),
        ("the database system is shutting down", False),
    ],
)
def test_stream_begins_anew_only_where_it_cannot_go_on(words, is_impossible):
    """Else it would stand still for ever, or set the log aside at each restart."""
    assert bool(IMPOSSIBLE.search(words)) is is_impossible


@contextmanager
def running(receiver):
    thread = threading.Thread(target=receiver.run)
    thread.start()
    try:
        yield
    finally:
        receiver.stopping.set()
        if process := receiver.process:
            process.terminate()
        thread.join(30)
    assert not thread.is_alive()


@pytest.fixture
def real(served, no_slot):
    """Of the real server."""
    barman = Barman(served.configure())
    return Receiver(served, barman, Spans(served.directory), threading.Event())


def test_nothing_of_before_counts_after_the_stream_began_anew(real):
    """Else the log would be called whole across a gap."""
    real.note_received(at(1))
    real.note_received(at(2, received=100))
    real.begin_anew(at(5, slot=None, active=False))
    assert real.ask().slot == "new"
    real.note_received(at(6, received=500))
    assert untils(real) == [(1, 1, 0), (1, 5, 0)]
    assert real.spans.newest.lost
    # Within a gap that is known already, too.
    real.note_received(at(7, received=None))
    real.begin_anew(at(8, slot="new", active=False))
    real.note_received(at(9, received=750))
    assert untils(real) == [(1, 1, 0), (1, 5, 0)]


def test_stream_is_steady_only_after_a_moment(receiver, monkeypatch):
    """Else Barman's maintenance would start a second stream beside one that ends."""
    monkeypatch.setattr(receiver, "process", object())
    monkeypatch.setattr(receiver, "begun", time.monotonic())
    monkeypatch.setattr("backup.receiver.STEADY", 60)
    assert not receiver.is_steady()
    monkeypatch.setattr("backup.receiver.STEADY", 0)
    assert receiver.is_steady()


def test_log_of_a_real_server_is_received(real, no_slot):
    """Else there would be nothing to restore."""
    with running(real):
        wait_until(lambda: real.ask().active)
        no_slot.fill(2)
        streaming = real.directory / "streaming"
        wait_until(lambda: len(list(streaming.glob("0*"))) > 2)
        assert real.spans.newest.timeline == 1
        assert not real.spans.newest.lost
        wait_until(real.is_steady)
    assert not real.is_steady()


def test_lost_slot_of_a_real_server_begins_the_stream_anew(real, no_slot, capsys):
    """Else the stream would stand still after a long absence."""
    with running(real):
        wait_until(lambda: real.ask().active)
        no_slot.fill()
        streaming = real.directory / "streaming"
        wait_until(lambda: len(list(streaming.glob("0*"))) > 1)
        no_slot.drop_slot()
        wait_until(lambda: real.ask().active)
        assert real.spans.newest.lost
        set_aside = [file.name for file in (real.directory / "set-aside").iterdir()]
        assert set_aside
    said = capsys.readouterr().out
    assert "backup: the stream ended: " in said
    assert "backup: a part of the log is missing" in said


def test_log_of_another_cluster_is_not_received(real):
    """Else the log of two databases would be mixed, and none could be restored."""
    (real.directory / "identity.json").write_text(json.dumps({"systemid": "7"}))
    thread = threading.Thread(target=real.run)
    thread.start()
    real.stopping.wait(1)
    real.stopping.set()
    thread.join(30)
    assert real.ask().slot is None
    assert real.spans.newest is None
