"""Volumes that fill up, and get room again: of the backups and of the metrics.

test_database.py and test_log.py have those of the database and of the log.
"""

import re
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from support import prometheus
from support.backup import metric
from support.images import Container, Image, volumes
from support.waiting import wait_until

# A container whose volume is full while `full` is there; $0 is busybox.
FILLED = """
while :; do
    if [ -e /work/full ]; then $0 dd if=/dev/zero bs=4k >>$VOLUME/filler 2>/dev/null
    else $0 rm -f $VOLUME/filler; fi
    $0 sleep 0.2
done &
exec "$@"
"""
BACKUP = 9185  # its port
PASSWORDS = {"POSTGRES_PASSWORD": "p", "POSTGRES_BACKUP_PASSWORD": "b"}
OWNER = {"POSTGRES_PASSWORD": "p", "POSTGRES_HOST": "127.0.0.1"}


class Filled:
    """A container with a small volume, which `full` fills and `free` does not."""

    def __init__(
        self, image: Image, directory: Path, volume: str, **variables: str
    ) -> None:
        self.control = directory / "control"
        self.control.mkdir()
        (directory / "output").touch()
        mounts = ["--bind", str(self.control), "/work", "--setenv", "VOLUME", volume]
        mounts += ["--size", str(192 << 20), "--tmpfs", volume]
        command = image.command({}, variables, *mounts)
        (entrypoint,) = image.config["Entrypoint"]
        busybox = image.read(entrypoint).splitlines()[0].removeprefix("#!").split()[0]
        command += [busybox, "sh", "-c", FILLED, busybox, entrypoint]
        with (directory / "output").open("w") as output:
            self.process = subprocess.Popen(command, stdout=output, stderr=output)
        self.file = directory / "output"

    def full(self) -> None:
        (self.control / "full").touch()

    def free(self) -> None:
        (self.control / "full").unlink()

    def says(self, pattern: str) -> bool:
        assert self.process.poll() is None, self.file.read_text()
        return re.search(pattern, self.file.read_text()) is not None

    def end(self) -> None:
        self.process.kill()
        self.process.wait(30)
        print(self.file.read_text())


@pytest.fixture
def fill(images, tmp_path: Path) -> Iterator[Callable[..., Filled]]:
    started = []

    def fill(name: str, volume: str, **variables: str) -> Filled:
        started.append(Filled(images[name], tmp_path, volume, **variables))
        return started[-1]

    yield fill
    for one in started:
        one.end()


@pytest.fixture
def db(images, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Container]:
    variables = {**PASSWORDS, "POSTGRES_INIT": "sample"}
    db = Container(images["db"], tmp_path_factory.mktemp("db"), **variables)
    db.start()
    yield db
    db.end()


def psql(db: Container, statement: str) -> None:
    """Ask it in another container of its image."""
    command = db.image.command({}, OWNER)
    command += [
        *db.image.config["Entrypoint"],
        "psql",
        "--quiet",
        "--command",
        statement,
    ]
    subprocess.run(command, stdin=subprocess.DEVNULL, check=True, timeout=60)


def test_backups_restore_in_the_images(images, db: Container, tmp_path: Path):
    """Another container's PostgreSQL finishes the restore; the database's serves it."""
    backup = Container(
        images["backup"], tmp_path, **PASSWORDS, POSTGRES_HOST="127.0.0.1"
    )
    backup.start()
    try:
        psql(db, "CREATE TABLE kept AS SELECT 1 AS number")
        wait_until(lambda: metric(BACKUP, "backup_last_success_timestamp_seconds") > 0)
        psql(db, "INSERT INTO kept VALUES (2)")
        db.stop()
        command = backup.image.command(volumes(backup.image, tmp_path), {})
        subprocess.run(
            [*command, *backup.image.config["Entrypoint"], "restore"], check=True
        )
    finally:
        assert backup.stop() == 0
    db.writable = {"/var/lib/postgresql": backup.writable["/var/lib/postgresql"]}
    restored = Container(db.image, tmp_path, **PASSWORDS)
    restored.start()
    try:
        psql(restored, "SELECT 1 / (sum(number) = 3)::int FROM kept")
    finally:
        restored.end()


def test_backups_go_on_when_their_volume_has_room_again(fill, db: Container):
    backup = fill("backup", "/var/lib/backup", **PASSWORDS, POSTGRES_HOST="127.0.0.1")
    wait_until(lambda: backup.says("is whole"))
    backup.full()
    psql(db, "CREATE TABLE large (text text)")

    def is_told() -> bool:
        # The database takes rows, and keeps its log.
        psql(
            db,
            "INSERT INTO large SELECT repeat('x', 1000) FROM generate_series(1, 2000)",
        )
        return backup.says("the stream ended: .*No space left on device")

    wait_until(is_told)
    time.sleep(15)  # in which the stream ends again and again
    backup.free()
    now = time.time()
    wait_until(
        lambda: metric(BACKUP, "backup_streamed_until_timestamp_seconds") > now,
        seconds=120,
    )
    assert metric(BACKUP, "backup_last_gap_timestamp_seconds") == 0
    assert metric(BACKUP, "backup_slot_well") == 1


def test_metrics_go_on_when_their_volume_has_room_again(fill):
    targets = {"SERVER_TARGETS": "", "DB_METRICS_TARGETS": "", "LOG_TARGETS": ""}
    metrics = fill("metrics", "/var/lib/prometheus", **targets)
    url = "http://127.0.0.1:9090"
    wait_until(lambda: metrics.says("Server is ready"))
    wait_until(lambda: prometheus.query(url, 'up{job="metrics"}'))
    metrics.full()
    wait_until(lambda: metrics.says("no space left on device"), seconds=180)
    metrics.free()
    now = time.time()
    wait_until(
        lambda: (prometheus.value(url, 'timestamp(up{job="metrics"})') or 0) > now + 10
    )
