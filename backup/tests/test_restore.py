"""Which base backup a restore takes, what it refuses, and a real recovery."""

import fcntl
import os
import re
import subprocess
import time
from datetime import datetime, timedelta

import pytest

from backup import restore
from backup.database import Database
from backup.spans import Span, Spans
from backup.wal import Reach, Wal, address
from tests.making import NOON, SIZE, base_backup, facts, minutes, segment
from tests.server import rows, wait_until

FIRST = base_backup(NOON, end_lsn="0/2000100")
SECOND = base_backup(NOON + minutes(60), end_lsn="0/4000100")
BRANCH = "1\t0/3000000\tbefore 2026-01-31 12:30:00\n"


@pytest.fixture
def elsewhere(monkeypatch):
    """A container's time zone that is not UTC."""
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "JST-9")
        time.tzset()
        yield
    time.tzset()


def refusal(caught):
    return str(caught.value).removeprefix("backup: ")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-01-31T12:00:00+00:00", NOON),
        ("2026-01-31T12:00:00Z", NOON),
        ("2026-01-31T12:00", NOON),
        ("2026-01-31 13:00:00+01:00", NOON),
        ("2026-01-31", NOON - timedelta(hours=12)),
    ],
)
def test_moment_is_of_utc_where_it_says_nothing_else(elsewhere, text, expected):
    """Else a restore would be of another hour, by the time zone of a container."""
    assert restore.moment(text) == expected


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("noon", "noon is no time, such as 2026-01-31T12:30:00+00:00."),
        ("2999-01-01", "2999-01-01T00:00:00+00:00 lies ahead."),
    ],
)
def test_moment_that_cannot_be_is_refused(text, sentence):
    """Else a typing error would restore all of the log."""
    with pytest.raises(SystemExit) as caught:
        restore.moment(text)
    assert refusal(caught) == sentence


@pytest.mark.parametrize("text", ["0", "-1", "1.0", "one", "", "4294967296"])
def test_timeline_that_cannot_be_is_refused(text):
    """Else a typing error would be told by PostgreSQL, after a copy of hours."""
    with pytest.raises(SystemExit) as caught:
        restore.timeline_number(text)
    assert refusal(caught) == f"{text} is no timeline: `list` has their numbers."


def test_timeline_is_a_number_of_32_bits():
    """Else a restore of the newest one could be refused."""
    assert restore.timeline_number("1") == 1
    assert restore.timeline_number("4294967295") == (1 << 32) - 1


@pytest.mark.parametrize(
    ("minute", "chosen"),
    [(0, FIRST), (59, FIRST), (60, SECOND), (99, SECOND), (None, SECOND)],
)
def test_newest_base_backup_before_the_moment_is_taken(directory, minute, chosen):
    """Else a restore would have rows from after its moment, or replay for hours."""
    time = None if minute is None else NOON + minutes(minute)
    wal = Wal(directory)
    assert restore.choose([FIRST, SECOND], wal, 1, time) == chosen


def test_base_backup_of_after_a_branch_is_not_taken(directory):
    """Else a restore would bring back what an earlier restore had undone."""
    (directory / "wals").mkdir()
    (directory / "wals/00000002.history").write_text(BRANCH)
    wal = Wal(directory)
    assert restore.choose([FIRST, SECOND], wal, 2, None) == FIRST
    own = base_backup(NOON + minutes(90), timeline=2)
    assert restore.choose([FIRST, SECOND, own], wal, 2, None) == own
    assert restore.choose([FIRST, SECOND, own], wal, 1, None) == SECOND


def test_moment_before_the_first_base_backup_is_refused(directory):
    """Else the operator would not learn what can be restored."""
    with pytest.raises(SystemExit) as caught:
        restore.choose([FIRST], Wal(directory), 1, NOON - minutes(1))
    assert refusal(caught) == (
        "no backup is that old: the first moment that can be restored is "
        "2026-01-31T12:00:01+00:00."
    )


def test_timeline_without_a_base_backup_is_refused(directory):
    """Else PostgreSQL would refuse it after the base backup was copied."""
    with pytest.raises(SystemExit) as caught:
        restore.choose([FIRST], Wal(directory), 3, None)
    assert refusal(caught) == (
        "there is no base backup yet from which timeline 3 goes on."
    )


def test_timeline_is_the_one_of_the_moment(directory):
    """Else a restore after a restore would find another database."""
    spans = Spans(directory)
    spans.begin(1, NOON, lost=False)
    spans.begin(2, NOON + minutes(60), lost=False)
    wal = Wal(directory)
    assert restore.which_timeline(wal, spans, NOON + minutes(30)) == 1
    assert restore.which_timeline(wal, spans, NOON + minutes(60)) == 2
    assert restore.which_timeline(wal, spans, None) == 2


def test_timeline_is_that_of_the_log_where_no_span_is_known(directory):
    """Else a copy without streams.json could not be restored."""
    spans = Spans(directory)
    with pytest.raises(SystemExit, match="there is no base backup yet"):
        restore.which_timeline(Wal(directory), spans, None)
    segment(directory / "streaming", "000000030000000000000002")
    assert restore.which_timeline(Wal(directory), spans, None) == 3
    segment(directory / "streaming", "000000040000000000000002")
    with pytest.raises(SystemExit, match="name one \\(--timeline\\)"):
        restore.which_timeline(Wal(directory), spans, None)


WHOLE = Reach(9, NOON + minutes(50), gap=False)
BROKEN = Reach(4, NOON + minutes(20), gap=True)
STREAMED = [Span(1, NOON, NOON + minutes(40), lost=False, end=4000)]
LOST = [*STREAMED, Span(1, NOON + minutes(45), NOON + minutes(55), lost=True, end=5500)]
NOW = facts(time=NOON + minutes(70), written=7000)


@pytest.mark.parametrize(
    ("spans_of", "reach", "now", "minute", "end"),
    [
        pytest.param(STREAMED, WHOLE, None, 40, 4000, id="what was streamed"),
        pytest.param(STREAMED, WHOLE, NOW, 70, 7000, id="what is streamed now"),
        pytest.param(STREAMED, BROKEN, None, 20, 0, id="a file was removed"),
        pytest.param(STREAMED, BROKEN, NOW, 20, 0, id="removed, while it streams"),
        pytest.param(LOST, BROKEN, None, 40, 4000, id="a part is known to be missing"),
        pytest.param(LOST, BROKEN, NOW, 40, 4000, id="missing, while it streams"),
        pytest.param([], WHOLE, None, 0, 0, id="the base backup alone"),
    ],
)
def test_log_is_known_to_be_whole(directory, spans_of, reach, now, minute, end):
    """Else a restore would promise a moment that it does not reach, or refuse it."""
    spans = Spans(directory)
    spans.all = spans_of
    known = restore.known_until(spans, reach, FIRST, 1, now)
    assert known == (NOON + minutes(minute), end)


def test_stream_of_another_timeline_says_nothing(directory):
    """Else a restore of the former timeline would promise the present."""
    spans = Spans(directory)
    spans.all = STREAMED
    other = facts(time=NOON + minutes(70), timeline=2)
    known = restore.known_until(spans, WHOLE, FIRST, 1, other)
    assert known == (NOON + minutes(40), 4000)


def test_data_in_use_are_refused(tmp_path):
    """Else a restore would write below a running database."""
    data = tmp_path / "deep/data"
    data.mkdir(parents=True)
    other = os.open(data, os.O_RDONLY)
    fcntl.flock(other, fcntl.LOCK_EX)
    with pytest.raises(SystemExit) as caught:
        restore.lock(data)
    assert refusal(caught) == (
        f"PGDATA ({data}) is in use: stop its database first (docker compose stop db)."
    )
    os.close(other)
    restore.lock(data)
    with pytest.raises(SystemExit, match="is in use"):
        restore.lock(data)


def test_data_that_are_not_there_are_made_for_one_user(tmp_path):
    """Else PostgreSQL would refuse them."""
    data = tmp_path / "deep/data"
    restore.lock(data)
    assert data.stat().st_mode & 0o777 == 0o700


def test_data_that_cannot_be_made_are_told(tmp_path):
    """Else a wrong uid would be a traceback."""
    (tmp_path / "file").touch()
    with pytest.raises(SystemExit) as caught:
        restore.lock(tmp_path / "file/data")
    assert refusal(caught) == (
        f"PGDATA ({tmp_path}/file/data) cannot be written by uid {os.geteuid()}, "
        "which must be that of db: Not a directory."
    )


@pytest.fixture
def data(tmp_path):
    data = tmp_path / "data"
    data.mkdir()
    return data


def names(folder):
    return {file.name for file in folder.iterdir()}


def test_database_is_never_removed(data):
    """Else a mistaken restore would destroy the database."""
    (data / "PG_VERSION").touch()
    (data / restore.STAGING).mkdir()
    with pytest.raises(SystemExit, match="holds a database, which was left as it is"):
        restore.empty(data)
    assert names(data) == {"PG_VERSION", restore.STAGING}


def test_foreign_files_are_never_removed(data):
    """Else a wrong PGDATA would cost somebody's files."""
    (data / "letter").touch()
    with pytest.raises(SystemExit, match="is not empty, and was left as it is"):
        restore.empty(data)
    assert names(data) == {"letter"}


def test_what_a_restore_left_is_removed(data):
    """Else a restore that was cut short could not be tried again."""
    (data / restore.STAGING / "base").mkdir(parents=True)
    (data / "base").mkdir()
    (data / "link").symlink_to(data / "base")
    (data / "lost+found").mkdir()
    restore.empty(data)
    assert names(data) == {"lost+found"}


def test_only_a_whole_database_is_one(data):
    """Else db would start on what a power cut left."""
    staging = data / restore.STAGING
    for name in ("base", "backup_manifest.20260131T120000", "barman_wal"):
        (staging / name).mkdir(parents=True)
    for name in ("PG_VERSION", ".barman-recover.info", "postgresql.conf.origin"):
        (staging / name).touch()
    assert not restore.is_whole(data)
    restore.place(staging, data)
    assert restore.is_whole(data)
    assert names(data) == {"PG_VERSION", "base"}


def test_former_database_is_kept_beside(data, capsys):
    """Else --set-aside would destroy what it shall keep."""
    (data / "PG_VERSION").touch()
    aside = restore.rename_former(data)
    assert not data.exists()
    assert names(aside) == {"PG_VERSION"}
    assert re.fullmatch(r"data-before-\d{8}T\d{6}", aside.name)
    assert f"what was in PGDATA is in {aside}" in capsys.readouterr().out


def test_volume_cannot_be_renamed(tmp_path):
    """Else --set-aside would be a traceback where PGDATA is a mount."""
    with pytest.raises(SystemExit, match="cannot be renamed, and was left as it is"):
        restore.rename_former(tmp_path / "nowhere")


# In a process of its own, as the end of a restore ends all that it has started.
FAILING = """
import sys
from pathlib import Path
from backup.barman import lead_children
from backup.restore import room
lead_children()
with room(Path(sys.argv[1])) as staging:
    (staging / "half").touch()
    raise OSError("the disk is full")
"""


@pytest.mark.parametrize("former", [set(), {"PG_VERSION", "base"}])
def test_failed_restore_leaves_the_data_as_they_were(data, former):
    """Else a restore that failed would cost the database that was there."""
    for name in former:
        (data / name).touch()
    ended = subprocess.run(
        ["python", "-c", FAILING, str(data)],
        capture_output=True,
        text=True,
        start_new_session=True,
    )
    assert "the disk is full" in ended.stderr
    assert names(data) == former
    assert names(data.parent) == {"data"}


@pytest.mark.parametrize(
    ("words", "moment"),
    [
        ("x\ny", "nothing to replay."),
        (
            "LOG:  last completed transaction was at log time 2026-01-31 11:59:00+00\n",
            "the last transaction that is there is of 2026-01-31 11:59:00+00.",
        ),
        (
            "LOG:  recovery stopping before commit of transaction 7, time 12:00\n"
            "LOG:  last completed transaction was at log time 2026-01-31 11:59:00+00\n",
            "the first transaction that is not there any more is of 12:00.",
        ),
    ],
)
def test_last_transaction_is_told(words, moment):
    """Else the operator could not tell whether the bad one is undone."""
    assert restore.replayed(words) == moment


def test_end_of_the_recovery_is_where_the_newest_timeline_begins(tmp_path):
    """Else a damaged log would pass for one that was read to its end."""
    (tmp_path / "pg_wal").mkdir()
    (tmp_path / "pg_wal/00000002.history").write_text(BRANCH)
    (tmp_path / "pg_wal/0000000A.history").write_text(f"{BRANCH}2\t1/10\tno target\n")
    assert restore.ended_at(tmp_path) == address("1/10")


@pytest.fixture(scope="module")
def recorded(server, tmp_path_factory):
    """A base backup of the real server and its log, with a moment between two rows."""
    folder = tmp_path_factory.mktemp("recorded")
    server.drop_slot()
    connect = [f"--host={server.directory}", "--username=backup"]
    server.run_sql("SELECT pg_create_physical_replication_slot('backup', true)")
    received = folder / "backup/streaming"
    received.mkdir(parents=True)
    receiver = subprocess.Popen(
        ["pg_receivewal", *connect, f"--directory={received}", "--slot=backup"]
    )
    server.run_sql("CREATE TABLE kept (number integer)")
    command = [
        "pg_basebackup",
        *connect,
        f"--pgdata={folder}/base",
        "--wal-method=none",
    ]
    subprocess.run([*command, "--checkpoint=fast"], check=True)
    server.run_sql("INSERT INTO kept VALUES (1)")
    moment = server.run_sql("SELECT clock_timestamp()")
    server.run_sql("INSERT INTO kept VALUES (2)")
    end = address(server.run_sql("SELECT pg_current_wal_insert_lsn()"))
    server.fill()
    wait_until(lambda: len(list(received.glob("0*"))) > 1)
    written = server.run_sql("SELECT pg_walfile_name(pg_current_wal_insert_lsn())")
    wait_until(lambda: list(received.glob(f"{written}*")))
    receiver.terminate()
    receiver.wait(20)
    server.drop_slot()
    server.run_sql("DROP TABLE kept")
    return folder, datetime.fromisoformat(moment), end


@pytest.fixture
def staging(recorded, tmp_path, monkeypatch):
    """A copy of the base backup, ready to be replayed, and of its log."""
    folder, _, _ = recorded
    home, staging = tmp_path / "home", tmp_path / "staging"
    subprocess.run(["cp", "-a", f"{folder}/.", home], check=True)
    (home / "base").rename(staging)
    (staging / "recovery.signal").touch()
    fetch = f"{os.environ['BACKUP_FETCH']} %f %p"
    with (staging / "postgresql.auto.conf").open("a") as file:
        file.write(f"restore_command = '{fetch}'\nrecovery_target_action = promote\n")
    monkeypatch.setenv("BACKUP_DIR", str(home))
    monkeypatch.setenv("BACKUP_SEGMENT", str(1 << 20))
    return staging


def target(staging, time):
    with (staging / "postgresql.auto.conf").open("a") as file:
        file.write(f"recovery_target_time = '{time.isoformat(sep=' ')}'\n")


def test_all_of_the_log_is_replayed(staging, recorded, capsys):
    """Else the newest rows would be missing after a loss."""
    _, moment, end = recorded
    restore.replay(staging, None, moment, end)
    assert rows(staging) == [1, 2]
    assert "the last transaction that is there is of " in capsys.readouterr().out


def test_log_is_replayed_until_the_moment(staging, recorded, capsys):
    """Else a mistaken DELETE would be replayed, too."""
    _, moment, end = recorded
    target(staging, moment)
    restore.replay(staging, moment, moment, end)
    assert rows(staging) == [1]
    assert "the first transaction that is not there any more" in capsys.readouterr().out


def test_moment_after_the_last_transaction_is_reached(staging, recorded):
    """Else an idle database could only be restored to its last transaction."""
    _, moment, end = recorded
    later = moment + minutes(5)
    target(staging, later)
    restore.replay(staging, later, later, end)
    assert rows(staging) == [1, 2]


def test_moment_that_the_log_does_not_reach_is_refused(staging, recorded):
    """Else a restore would silently lack what was written before its moment."""
    _, moment, end = recorded
    later = moment + minutes(5)
    target(staging, later)
    with pytest.raises(SystemExit, match="the log is known to reach "):
        restore.replay(staging, later, moment, end)


def test_damaged_log_is_told(staging, recorded, tmp_path, capsys):
    """Else a restore would end early and call itself whole."""
    _, moment, end = recorded
    page = (end - 150) // 8192 * 8192  # the last rows are there
    (file,) = (tmp_path / "home/backup/streaming").glob(f"*{page // SIZE:08X}")
    with file.open("r+b") as opened:
        opened.seek(page % SIZE)
        opened.write(b"\xff" * 8192)
    with pytest.raises(SystemExit, match="the log cannot be read to its end"):
        restore.replay(staging, None, moment, end)
    assert "invalid" in capsys.readouterr().out


def test_recovery_that_postgresql_refuses_is_told(staging, recorded, capsys):
    """Else the restore would end with a traceback, or wait for ever."""
    _, moment, end = recorded
    (staging / "global/pg_control").unlink()
    with pytest.raises(SystemExit, match="could not finish the recovery"):
        restore.replay(staging, None, moment, end)
    assert "pg_control" in capsys.readouterr().out


def test_whole_base_backup_is_verified(recorded, tmp_path, capfd):
    """Else a damaged base backup would become the database."""
    folder, _, _ = recorded
    base = tmp_path / "20260131T120000/data"
    base.parent.mkdir()
    subprocess.run(["cp", "-a", folder / "base", base], check=True)
    restore.verify(base)
    (base / "PG_VERSION").write_text("18\n")
    with pytest.raises(SystemExit) as caught:
        restore.verify(base)
    assert refusal(caught) == (
        "the base backup 20260131T120000 is damaged: name a moment before it (--to)."
    )
    assert "PG_VERSION" in capfd.readouterr().err


def test_restore_waits_for_what_is_being_received(served, no_slot, tmp_path):
    """Else the newest restore would lack the last seconds."""
    assert restore.catch_up(served) is None  # nobody receives
    no_slot.run_sql("SELECT pg_create_physical_replication_slot('backup', true)")
    (tmp_path / "received").mkdir()
    receiver = subprocess.Popen(
        [
            *("pg_receivewal", f"--host={no_slot.directory}", "--username=backup"),
            *(f"--directory={tmp_path}/received", "--slot=backup"),
        ]
    )
    database = Database(served)
    try:
        wait_until(lambda: database.ask().active)
        no_slot.fill()
        written = database.ask().written
        now = restore.catch_up(served)
        assert now.written >= written
        assert (database.ask().sent or 0) >= now.written
    finally:
        database.close()
        receiver.terminate()
        receiver.wait(20)


def test_restore_does_not_wait_for_a_database_that_is_away(settings):
    """Else a restore after a loss would hang."""
    assert restore.catch_up(settings) is None


def test_first_day(settings, barman):
    """Else a restore without backups would be a traceback."""
    with pytest.raises(SystemExit, match="there is no base backup yet"):
        restore.make_plan(settings, barman, None, None)
