"""A database is destroyed, and its rows come back as they were at a moment."""

import shutil
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import requests

from support.backup import Backup
from support.processes import Database, Server
from support.program import running


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
