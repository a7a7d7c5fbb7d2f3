"""What a real PostgreSQL says of its log and of the slot."""

import subprocess
import time
from contextlib import contextmanager

import psycopg2
import pytest

from backup.database import Database
from backup.wal import address
from tests.making import facts
from tests.server import wait_until

CREATE = "SELECT pg_create_physical_replication_slot('backup')"


@pytest.fixture
def database(served):
    database = Database(served)
    yield database
    database.close()


@contextmanager
def receiving(server, folder):
    """PostgreSQL's own receiver at the slot."""
    folder.mkdir()
    receiver = subprocess.Popen(
        [
            *("pg_receivewal", f"--host={server.directory}", "--username=backup"),
            *(f"--directory={folder}", "--slot=backup", "--synchronous"),
        ]
    )
    try:
        yield
    finally:
        receiver.terminate()
        receiver.wait(20)


def test_database_without_a_slot(no_slot, database):
    """Else the service would not begin, or take another cluster's log."""
    said = database.ask()
    assert (said.slot, said.active, said.kept) == (None, False, None)
    assert (said.sent, said.received) == (None, None)
    assert (said.limit, said.timeline) == (64 << 20, 1)
    controlled = subprocess.run(
        ["pg_controldata", no_slot.data], capture_output=True, text=True
    ).stdout
    assert f"Database system identifier:           {said.system}\n" in controlled
    assert abs(said.time.timestamp() - time.time()) < 60
    started = no_slot.run_sql("SELECT pg_postmaster_start_time()")
    assert str(said.since) == started
    assert said.is_slot_gone
    assert not said.is_slot_well


def test_end_of_the_log_is_in_bytes(no_slot, database):
    """Else what was received could not be compared with what was written."""
    before = address(no_slot.run_sql("SELECT pg_current_wal_insert_lsn()"))
    no_slot.fill()
    after = database.ask().written
    assert before < after
    assert after <= address(no_slot.run_sql("SELECT pg_current_wal_insert_lsn()"))


def test_new_slot_that_keeps_nothing_yet(no_slot, database):
    """Else the stream would begin anew again and again."""
    no_slot.run_sql(CREATE)
    said = database.ask()
    assert (said.slot, said.active) == ("new", False)
    assert said.is_slot_well
    assert not said.is_slot_gone


def test_what_is_received_is_acknowledged(no_slot, database, tmp_path):
    """Else the alert about an old stream would fire while all is well, or never."""
    no_slot.run_sql(CREATE)
    with receiving(no_slot, tmp_path / "received"):
        wait_until(lambda: database.ask().active)
        written = database.ask().written
        no_slot.fill()
        wait_until(lambda: (database.ask().received or 0) > written)
        said = database.ask()
        assert said.slot == "reserved"
        assert said.sent >= said.received > written
        assert said.kept < 3 << 20
    wait_until(lambda: not database.ask().active)
    no_slot.fill(5)
    said = database.ask()
    assert (said.sent, said.received) == (None, None)
    assert said.kept > 4 << 20


def test_lost_slot_is_gone(no_slot, database):
    """Else nobody would learn that a part of the log is missing."""
    no_slot.run_sql("SELECT pg_create_physical_replication_slot('backup', true)")
    assert database.ask().slot == "reserved"
    no_slot.run_sql("ALTER SYSTEM SET max_slot_wal_keep_size = '1MB'")
    no_slot.run_sql("SELECT pg_reload_conf()")
    try:
        no_slot.fill(9)
        no_slot.run_sql("CHECKPOINT")
        wait_until(lambda: database.ask().limit == 1 << 20)
        assert database.ask().slot == "lost"
        assert database.ask().is_slot_gone
        assert not database.ask().is_slot_well
    finally:
        no_slot.run_sql("ALTER SYSTEM RESET max_slot_wal_keep_size")
        no_slot.run_sql("SELECT pg_reload_conf()")


def test_connection_that_was_lost_is_opened_anew(server, database):
    """Else the service would be blind after the first restart of the database."""
    database.ask()
    server.run_sql(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE application_name = 'backup_watch'"
    )
    with pytest.raises(psycopg2.Error):
        database.ask()
    assert database.ask().timeline == 1


def test_database_that_is_away_is_an_error(settings):
    """Else the service would end with the database."""
    with pytest.raises(psycopg2.OperationalError):
        Database(settings).ask()


@pytest.mark.parametrize(
    ("slot", "gone"), [("unreserved", False), ("extended", False), ("lost", True)]
)
def test_unreserved_slot_still_has_what_follows(slot, gone):
    """Else a gap would be told, and a base backup taken, where nothing is missing."""
    assert facts(slot=slot).is_slot_gone is gone
