"""The service: what it takes for itself, what it tells, and what it tidies."""

import os
import shutil
import socket
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta

import pytest

from backup import watch
from backup.database import Database
from backup.former import Former
from backup.watch import Watch
from tests.making import NOON, base_backup, minutes, segment, write_base_backup


@pytest.fixture
def looking(settings, barman):
    return Watch(settings, barman)


def value(looking, name):
    return looking.metrics.registry.get_sample_value(name)


def test_backups_are_of_one_service_at_a_time(looking, settings, barman):
    """Else two containers would remove each other's base backups."""
    looking.claim()
    with pytest.raises(SystemExit) as caught:
        Watch(settings, barman).claim()
    assert str(caught.value) == (
        f"backup: BACKUP_DIR ({settings.home}) is in use by another backup."
    )


@pytest.mark.parametrize("port", ["taken", "99999"])
def test_port_that_cannot_be_used_is_named(looking, settings, port):
    """Else the service would run without metrics, or end with a traceback."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1] if port == "taken" else port
        settings.listen = f"127.0.0.1:{port}"
        with pytest.raises(SystemExit, match=r"BACKUP_LISTEN \(127.0.0.1:\d+\) cannot"):
            looking.claim()


def test_metrics_are_those_of_the_backups(looking, directory):
    """Else an alert would fire after each restart, or none would when it must."""
    assert value(looking, "backup_interval_seconds") == 24 * 3600
    for minute in (0, 30, 60):
        write_base_backup(directory, base_backup(NOON + minutes(minute)))
    looking.spans.begin(1, NOON, lost=False)
    looking.spans.begin(1, NOON + minutes(10), lost=True)
    looking.spans.reach(NOON + minutes(70), 7)
    looking.note_spans()
    looking.note_backups()
    noon = NOON.timestamp()
    assert value(looking, "backup_first_moment_timestamp_seconds") == noon
    assert value(looking, "backup_last_success_timestamp_seconds") == noon + 3600
    assert value(looking, "backup_last_gap_timestamp_seconds") == noon + 600
    assert value(looking, "backup_streamed_until_timestamp_seconds") == noon + 4200


def test_database_that_is_away_is_told_once(looking, settings, server, capsys):
    """Else its absence would be a line each five seconds, or none."""
    away = Database(settings)
    for _ in range(3):
        assert looking.ask(away) is None
    said = capsys.readouterr().out
    assert said.startswith("backup: the database does not answer: ")
    assert said.count("does not answer") == 1
    settings.host = str(server.directory)
    back = Database(settings)
    assert looking.ask(back).timeline == 1
    assert looking.ask(back).timeline == 1
    back.close()
    assert capsys.readouterr().out == "backup: the database answers again.\n"


def test_other_database_is_told(looking, served, directory, capsys):
    """Else nobody would learn why nothing is backed up any more."""
    (directory / "identity.json").write_text('{"systemid": "7"}')
    database = Database(served)
    assert looking.ask(database) is None
    database.close()
    assert capsys.readouterr().out == (
        "backup: the database is another one than the backups are of: "
        f"give it a BACKUP_DIR ({served.home}) of its own.\n"
    )


def told(server, comment):
    """The comment on the role, as db-upgrade writes it of its cluster."""
    system = server.run_sql("SELECT system_identifier FROM pg_control_system()")
    server.run_sql(f"COMMENT ON ROLE backup IS '{comment.format(system)}'")


@pytest.mark.parametrize(
    ("comment", "former"),
    [
        ("17 {}, upgraded from 15 7", Former(15, "7")),
        ("17 {}, upgraded from 15 8", None),  # of another one's backups
        ("17 9, upgraded from 15 7", None),  # copied with the roles of another one
        ("a role", None),
    ],
)
def test_upgraded_database_is_no_other(
    looking, served, server, directory, comment, former
):
    """Else backups would end with an upgrade, or mix with a foreign database's."""
    (directory / "identity.json").write_text('{"systemid": "7"}')
    told(server, comment)
    database = Database(served)
    try:
        assert looking.ask(database) is None
    finally:
        server.run_sql("COMMENT ON ROLE backup IS NULL")
        database.close()
    assert looking.upgraded == former
    assert looking.stopping.is_set() == (former is not None)


def test_old_segments_that_were_set_aside_are_removed(looking, directory):
    """Else the disk would fill after some gaps, or BACKUP_DAYS would not be kept."""
    now = datetime.now(UTC)
    for name, days in (("old", 8), ("young", 6)):
        segment(directory / "set-aside", name, now - timedelta(days=days))
    looking.maintain()
    assert [file.name for file in (directory / "set-aside").iterdir()] == ["young"]


def test_reserve_is_there_while_the_disk_has_room(looking, settings):
    """Else Barman could not remove anything from a full disk."""
    reserve = settings.home / "reserve"
    looking.keep_reserve()
    assert reserve.stat().st_size == watch.RESERVE
    assert reserve.stat().st_blocks * 512 >= watch.RESERVE  # and not a hole
    looking.keep_reserve()
    assert reserve.stat().st_size == watch.RESERVE


def test_thread_that_fails_ends_the_service(looking, capsys):
    """Else the service would go on without its stream, and look well."""
    threading.excepthook, former = looking.end, threading.excepthook
    try:
        thread = threading.Thread(target=lambda: 1 / 0)
        thread.start()
        thread.join()
    finally:
        threading.excepthook = former
    assert looking.failed
    assert looking.stopping.is_set()
    assert "ZeroDivisionError" in capsys.readouterr().err


LATE = """
import subprocess
import threading
import time
from backup.barman import lead_children
from backup.watch import end_all
def begin():
    time.sleep(1)
    subprocess.run(["sleep", "600"])
lead_children()
thread = threading.Thread(target=begin)
thread.start()
end_all([thread])
"""


def test_child_that_a_stop_meets_at_its_start_is_ended():
    stop = [sys.executable, "-c", LATE]
    assert subprocess.run(stop, start_new_session=True, timeout=60).returncode == 0


def test_children_of_other_sessions_are_reaped():
    """Else the container would fill with zombies, one a minute."""
    child = os.posix_spawn(shutil.which("true"), ["true"], {}, setsid=True)
    os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT)
    watch.reap()
    with pytest.raises(ChildProcessError):
        os.waitpid(child, os.WNOHANG)


def test_children_that_somebody_waits_for_are_left():
    """Else a failure of Barman would be taken for a success."""
    child = os.posix_spawn(shutil.which("false"), ["false"], {})
    os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT)
    watch.reap()
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 1
