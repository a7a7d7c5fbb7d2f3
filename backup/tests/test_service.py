"""The service and a restore as a whole; the check `backup` has more of them."""

import json
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from urllib.request import urlopen

from prometheus_client import CollectorRegistry

from backup.elsewhere import Elsewhere
from tests.server import rows, wait_until
from tests.stores import folder_store, make_keys


@contextmanager
def running(environment, output):
    with output.open("w") as file:
        service = subprocess.Popen(
            [sys.executable, "-m", "backup"],
            env=environment() | {"POSTGRES_BACKUP_PASSWORD": "p"},
            stdout=file,
            stderr=file,
            start_new_session=True,
        )
    try:
        yield
        service.send_signal(signal.SIGTERM)
        assert service.wait(30) == 0
    finally:
        service.kill()
        service.wait()
        print(output.read_text())


def metric(settings, name):
    try:
        with urlopen(f"http://{settings.listen}/metrics", timeout=10) as answer:
            lines = answer.read().decode().splitlines()
    except OSError:  # nobody listens, or it begins anew at this moment
        return 0
    found = [line for line in lines if line.startswith(f"{name} ")]
    return float(found[0].split()[1]) if found else 0  # it comes with the first value


CHECK = """
import os
import sys
from pathlib import Path
from backup.fetch import check
from backup.settings import Settings
from tests.stores import folder_store
os.umask(0o077)
check(Settings.read(), folder_store(Path(sys.argv[1]), ""), sys.stdin.read(), None)
"""


def check_elsewhere(settings, environment, place):
    """What the service has is restored of a store, too, and its rows are counted."""
    (key, public), folder = make_keys(), place / "store"
    elsewhere = Elsewhere(
        settings, folder_store(folder, public), CollectorRegistry(), threading.Event()
    )
    while elsewhere.bring():
        pass
    (place / "away").mkdir()
    subprocess.run(
        [sys.executable, "-c", CHECK, str(folder)],
        env=environment() | {"BACKUP_DIR": str(place / "away")},
        input=key,
        text=True,
        check=True,
    )
    said = json.loads(next(folder.rglob("check.json")).read_text())
    assert said["well"]
    assert said["rows"] > 2  # with those of the catalogue
    assert not list((place / "away").iterdir())


def test_what_the_service_has_is_restored(served, environment, run, no_slot, tmp_path):
    """Else nothing could be restored, whatever the parts do by themselves."""
    no_slot.run_sql("CREATE TABLE kept AS SELECT 1 AS number")
    try:
        with running(environment, tmp_path / "output"):
            last = "backup_last_success_timestamp_seconds"
            wait_until(lambda: metric(served, last) > 0)
            no_slot.run_sql("INSERT INTO kept VALUES (2)")
            written = time.time()
            until = "backup_streamed_until_timestamp_seconds"
            wait_until(lambda: metric(served, until) > written)
            assert metric(served, "backup_slot_well") == 1
            assert metric(served, "backup_last_gap_timestamp_seconds") == 0
        words = (tmp_path / "output").read_text()
        assert "backup: a base backup begins.\n" in words
        assert " is whole.\n" in words
        assert "again" not in words
        said, status = run("restore")
        assert (
            f"backup: PGDATA ({served.data}) is restored; its database can start.\n"
            in said
        )
        assert status == 0
        assert rows(served.data) == [1, 2]
        assert "recovery" not in (served.data / "postgresql.auto.conf").read_text()
        check_elsewhere(served, environment, tmp_path)
    finally:
        no_slot.run_sql("DROP TABLE kept")


def test_backups_of_an_upgraded_database_begin_anew(
    served, environment, no_slot, tmp_path
):
    """Else nothing would be backed up after an upgrade until somebody sees it."""
    (served.directory / "identity.json").write_text('{"systemid": "7"}')
    system = no_slot.run_sql("SELECT system_identifier FROM pg_control_system()")
    no_slot.run_sql(f"COMMENT ON ROLE backup IS '17 {system}, upgraded from 15 7'")
    try:
        with running(environment, tmp_path / "output"):
            last = "backup_last_success_timestamp_seconds"
            wait_until(lambda: metric(served, last) > 0)
        (former,) = served.home.glob("postgresql-15-until-*")
        assert (former / "backup/identity.json").exists()
        assert system in (served.directory / "identity.json").read_text()
    finally:
        no_slot.run_sql("COMMENT ON ROLE backup IS NULL")
