"""A database is destroyed, and its rows come back as they were at a moment."""

import os
import shutil
import subprocess
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import requests

from support.backup import Backup
from support.processes import Database, Server
from support.program import running
from support.store import ObjectStore, make_keys
from support.waiting import wait_until

SECONDS = os.environ.get("ELSEWHERE_SECONDS", "5")  # between two copies of the log


class Writer(threading.Thread):
    """Writes rows through the application, one after the other, until it is stopped."""

    def __init__(self, url: str, name: str) -> None:
        super().__init__()
        self.url, self.prefix = url, name
        self.stopping = threading.Event()
        self.acknowledged: list[tuple[str, datetime, datetime]] = []  # asked, answered

    def run(self) -> None:
        session = requests.Session()
        number = 0
        while not self.stopping.wait(0.02):
            text, asked = f"{self.prefix} {number}", datetime.now(UTC)
            try:
                answer = session.post(
                    f"{self.url}/item/", json={"text": text}, timeout=30
                )
            except requests.RequestException:
                continue
            if answer.status_code == 201:
                self.acknowledged.append((text, asked, datetime.now(UTC)))
            number += 1

    def stop(self) -> None:
        self.stopping.set()
        self.join()


def rows(database: Database) -> set[str]:
    return set(database.run_sql("SELECT text FROM item_item").split("\n "))


def test_drill(place: Path):
    database = Database(place / "db")
    backup = Backup(place / "backup", database)
    server = Server(place / "server", database, UWSGI_PROCESSES="2")
    with running(database), running(server), running(backup):
        writers = [Writer(server.url, f"writer {number}") for number in range(3)]
        for writer in writers:
            writer.start()
        time.sleep(5)
        moment = datetime.now(UTC)
        time.sleep(10)
        for writer in writers:
            writer.stop()
        database.kill()
        shutil.rmtree(database.directory / "data")
        backup.restore(database.directory / "data", moment)
        database.start()
        restored = rows(database)
        written = [row for writer in writers for row in writer.acknowledged]
        before = {text for text, _, answered in written if answered < moment}
        after = {text for text, asked, _ in written if asked > moment}
        print(f"{len(written)} rows acknowledged, {len(before)} before the moment")
        assert before <= restored
        assert not after & restored
        assert requests.post(f"{server.url}/item/", json={"text": "on"}, timeout=30).ok

        look = Database(place / "look")
        backup.restore(look.directory / "data", None, "--timeline=1")
        with running(look):
            newest = {text for text, *_ in written}
            lost = newest - rows(look)
            print(f"{len(lost)} of {len(newest)} lost at the newest moment")
            assert not lost


def test_whole_loss(place: Path):
    """A new machine has nothing but variables, secrets, the store and the key."""
    store, (key, public) = ObjectStore(place / "store"), make_keys()
    database = Database(place / "db")
    variables = store.variables(public) | {"BACKUP_ELSEWHERE_SECONDS": SECONDS}
    backup = Backup(place / "backup", database, **variables)
    server = Server(place / "server", database, UWSGI_PROCESSES="2")
    with running(store), running(database), running(server), running(backup):
        database.run_sql(
            "CREATE TABLE filler AS SELECT number, sha256(number::text::bytea)"
            " FROM generate_series(1, 100000) AS number"
        )
        writer = Writer(server.url, "writer")
        writer.start()
        wait_until(lambda: list(store.folder.rglob("meta/*")))
        time.sleep(2.5 * int(SECONDS))
        until = backup.metric("backup_elsewhere_until_timestamp_seconds")
        backup.kill()
        database.kill()
        lost_at = datetime.now(UTC)
        writer.stop()
        for directory in (database.directory, backup.directory):
            shutil.rmtree(directory)
            directory.mkdir()

        begun = time.monotonic()
        alone = {"BACKUP_DIR": str(backup.directory), "BACKUP_LISTEN": "127.0.0.1:1"}
        fetched = subprocess.run(
            ["service-backup", "fetch", f"--to={lost_at.isoformat()}"],
            env=os.environ | variables | alone,
            input=key,
            text=True,
        )
        assert fetched.returncode == 0
        backup.restore(database.directory / "data")
        database.start()
        seconds = time.monotonic() - begun
        restored = rows(database)
        written = writer.acknowledged
        lost = [answered for text, _, answered in written if text not in restored]
        print(
            f"{len(lost)} of {len(written)} acknowledged rows lost, of the last "
            f"{(lost_at - min(lost, default=lost_at)).total_seconds():.0f} s; "
            f"back after {seconds:.0f} s"
        )
        assert not [time for time in lost if time.timestamp() < until]
        assert database.run_sql("SELECT count(*) FROM filler") == "100000"
        # The copy goes on, in a folder of its own.
        backup.start()
        wait_until(lambda: len(list(store.folder.glob("*/*"))) == 2)
        wait_until(
            lambda: (
                backup.metric("backup_elsewhere_until_timestamp_seconds")
                > time.time() - int(SECONDS)
            )
        )
