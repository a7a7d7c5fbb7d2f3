"""The copy elsewhere: what comes back of it alone, and what is refused."""

import os
import signal
import subprocess
import time
from base64 import b64encode
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from support.backup import Backup, keep, kept
from support.processes import Database, free_port
from support.program import running
from support.store import ObjectStore, SshServer, make_keys
from support.waiting import children, wait_until


@pytest.fixture(scope="module")
def keys() -> tuple[str, str]:
    return make_keys()


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ObjectStore]:
    with running(ObjectStore(tmp_path_factory.mktemp("store"))) as store:
        yield store


@pytest.fixture(scope="module")
def backup(
    tmp_path_factory: pytest.TempPathFactory,
    database: Database,
    store: ObjectStore,
    keys: tuple[str, str],
) -> Iterator[Backup]:
    """With a copy elsewhere that is whole."""
    directory = tmp_path_factory.mktemp("backup")
    backup = Backup(directory, database, **store.variables(keys[1]))
    backup.output_file = directory.with_suffix(".log")
    with running(backup):
        wait_until(lambda: has_base(store, 1))
        yield backup


@pytest.fixture(autouse=True)
def shown(backup: Backup) -> Iterator[None]:
    """Where a test fails, pytest shows what the service said meanwhile."""
    assert backup.output_file
    before = backup.output_file.stat().st_size
    yield
    print(backup.output_file.read_bytes()[before:].decode())


def has_base(store: ObjectStore, number: int) -> bool:
    return len(list(store.folder.rglob("meta/*"))) >= number


def wait_until_copied(backup: Backup) -> None:
    """Until what is written now is in the store."""
    now = time.time()
    wait_until(lambda: backup.metric("backup_elsewhere_until_timestamp_seconds") > now)


class Elsewhere:
    """Another machine, with an empty volume, which has the store and the key."""

    def __init__(self, backup: Backup, place: Path, key: str) -> None:
        self.backup, self.key = backup, key
        self.home, self.look = place / "backup", place / "look/data"

    def run(
        self, *arguments: str, key: str | None = None, **variables: str
    ) -> subprocess.CompletedProcess[str]:
        alone = {"BACKUP_DIR": str(self.home), "POSTGRES_PORT": str(free_port())}
        return subprocess.run(
            ["service-backup", *arguments],
            env={**self.backup.environment, "PGDATA": str(self.look)}
            | alone
            | variables,
            input=self.key if key is None else key,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=300,
        )

    def does(self, *arguments: str) -> str:
        ended = self.run(*arguments)
        assert ended.returncode == 0, ended.stdout
        return ended.stdout

    def refuses(self, *arguments: str, key: str | None = None, **variables: str) -> str:
        """The sentence with which it ends; nothing is half done."""
        ended = self.run(*arguments, key=key, **variables)
        assert ended.returncode == 1, ended.stdout
        assert not list(self.home.iterdir())
        return ended.stdout.splitlines()[-1].removeprefix("backup: ")


@pytest.fixture
def elsewhere(backup: Backup, place: Path, keys: tuple[str, str]) -> Elsewhere:
    return Elsewhere(backup, place, keys[0])


def test_store_and_key_alone_give_all_rows_back(
    backup: Backup, database: Database, elsewhere: Elsewhere, look: Database
):
    keep(database, 1)
    wait_until_copied(backup)
    said = elsewhere.does("fetch")
    assert f"BACKUP_DIR ({elsewhere.home}) has the copy " in said
    elsewhere.does("restore")
    with running(look):
        assert kept(look) == kept(database)


def test_moment_of_the_store(
    backup: Backup, database: Database, elsewhere: Elsewhere, look: Database
):
    keep(database, 2)
    time.sleep(0.1)
    moment = f"--to={datetime.now(UTC).isoformat()}"
    time.sleep(0.1)
    keep(database, 3)
    wait_until_copied(backup)
    elsewhere.does("fetch", moment)
    elsewhere.does("restore", moment)
    with running(look):
        assert 2 in kept(look)
        assert 3 not in kept(look)


def test_store_has_nothing_that_can_be_read(backup: Backup, store: ObjectStore):
    """Its files are encrypted, and the private key is nowhere on the machine."""
    for file in store.folder.rglob("*"):
        if file.is_file():
            assert file.read_bytes().startswith(b"age-encryption.org/v1\n")
    for folder in (backup.directory, store.folder):
        for file in folder.rglob("*"):
            assert not file.is_file() or b"AGE-SECRET-KEY" not in file.read_bytes()


@pytest.mark.parametrize(
    ("key", "variables", "sentence"),
    [
        ("another", {}, "the key is not the one that the copy is encrypted for"),
        ("", {}, "what was given is no private key of age"),
        ("a password", {}, "what was given is no private key of age"),
        (None, {"BACKUP_ELSEWHERE": ""}, "BACKUP_ELSEWHERE names no store"),
        (None, {"BACKUP_ELSEWHERE": "ftp://x/y"}, "BACKUP_ELSEWHERE must be s3://"),
        (None, {"BACKUP_ELSEWHERE": "s3://backups/other"}, "has no copy: look at"),
        (None, {"BACKUP_ELSEWHERE": "s3://nothing"}, "there is no such bucket"),
        (None, {"BACKUP_ELSEWHERE_SECRET": "x"}, "SignatureDoesNotMatch"),
        (
            None,
            {"BACKUP_ELSEWHERE_ENDPOINT": "http://127.0.0.1:1"},
            "connection refused",
        ),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence(
    elsewhere: Elsewhere, key: str | None, variables: dict[str, str], sentence: str
):
    if key == "another":
        key, _ = make_keys()
    for command in ("fetch", "check"):
        assert sentence in elsewhere.refuses(command, key=key, **variables)


def test_backups_that_are_there_are_left(backup: Backup, elsewhere: Elsewhere):
    ended = elsewhere.run("fetch", BACKUP_DIR=str(backup.directory))
    assert "is in use by another backup: stop it first" in ended.stdout
    elsewhere.does("fetch")
    ended = elsewhere.run("fetch")
    assert "has backups already, which were left as they are" in ended.stdout


def test_damaged_segment_is_refused_or_left_out(
    backup: Backup, database: Database, elsewhere: Elsewhere, store: ObjectStore
):
    keep(database, 4)
    archived = len(list(store.folder.rglob("wals/*")))
    backup.run(elsewhere.look, "barman", "switch-wal", "--force", "backup")
    wait_until(lambda: len(list(store.folder.rglob("wals/*"))) > archived)
    wait_until_copied(backup)
    damaged = sorted(store.folder.rglob("wals/*"))[-1]
    whole = damaged.read_bytes()
    try:
        damaged.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
        refused = elsewhere.refuses("fetch")
        assert f"wals/{damaged.name} of the copy" in refused
        assert "is damaged" in refused
        assert "is damaged" in elsewhere.refuses("check")
        assert "is damaged and left out" in elsewhere.does("fetch", "--skip-damaged")
        assert "the log has a gap after" in elsewhere.run("restore").stdout
    finally:
        damaged.write_bytes(whole)


def test_check_restores_and_tells_the_machine(
    backup: Backup, database: Database, elsewhere: Elsewhere
):
    keep(database, 5)
    wait_until_copied(backup)
    now = int(time.time())
    said = elsewhere.does("check")
    rows = int(said.rpartition(": ")[2].split()[0])
    assert rows >= len(kept(database))
    assert not list(elsewhere.home.iterdir())
    backup.stop()
    backup.start()
    wait_until(lambda: backup.metric("backup_elsewhere_check_timestamp_seconds") >= now)
    assert backup.metric("backup_elsewhere_check_well") == 1


def test_killed_while_it_sends_it_goes_on(
    backup: Backup, database: Database, elsewhere: Elsewhere, look: Database
):
    database.run_sql(
        "CREATE TABLE filler AS SELECT sha512(number::text::bytea) AS noise"
        " FROM generate_series(1, 400000) AS number"
    )
    for number in range(6, 12):
        keep(database, number)
        wait_until((backup.directory / "sealed").exists)
        time.sleep(0.03 * number)
        mine = children(backup.process.pid)
        backup.kill()
        for child in mine:
            os.kill(child, signal.SIGKILL)
        backup.start()
    wait_until_copied(backup)
    elsewhere.does("fetch")
    elsewhere.does("restore")
    with running(look):
        assert kept(look) == kept(database)
        assert look.run_sql("SELECT count(*) FROM filler") == "400000"


def test_retention_is_that_of_the_backups(
    backup: Backup, store: ObjectStore, elsewhere: Elsewhere
):
    before = {file.name for file in store.folder.rglob("meta/*")}
    ended = backup.run(elsewhere.look, "barman", "backup", "--wait", "backup")
    assert ended.returncode == 0, ended.stdout
    # All of it is encrypted and sent, after the log of the kills before.
    wait_until(lambda: has_base(store, len(before) + 1), 900)
    oldest = min(before).removesuffix("-backup.info.gz.age")
    log = {file.name for file in store.folder.rglob("wals/*")}
    delete = ("barman", "delete", "backup", oldest)
    # Barman refuses it while it does something else with the backups.
    wait_until(lambda: backup.run(elsewhere.look, *delete).returncode == 0)
    # The copy itself is named after its first second, which may be that of the backup.
    wait_until(lambda: not list(store.folder.rglob(f"base/{oldest}")))
    wait_until(lambda: not list(store.folder.rglob(f"meta/{oldest}*")))
    wait_until(lambda: log - {file.name for file in store.folder.rglob("wals/*")})


def test_copies_of_two_databases_and_of_a_new_volume_are_apart(
    backup: Backup,
    database: Database,
    store: ObjectStore,
    elsewhere: Elsewhere,
    place: Path,
    keys: tuple[str, str],
    look: Database,
):
    first = set(store.folder.rglob("meta/*"))
    variables = store.variables(keys[1])
    with running(Database(place / "db")) as other:
        other.run_sql("CREATE TABLE kept AS SELECT 77 AS number")
        with running(Backup(place / "server", other, **variables)) as second:
            wait_until(lambda: has_base(store, len(first) + 1))
            wait_until_copied(second)
    assert first < set(store.folder.rglob("meta/*"))
    systems = [folder.name for folder in store.folder.iterdir()]
    assert len(systems) == 2
    wait_until_copied(backup)
    (mine,) = first.pop().parents[2].glob("*/identity*")
    name = str(mine.parent.relative_to(store.folder))
    elsewhere.does("fetch", "--copy", name)
    elsewhere.does("restore")
    with running(look):
        assert kept(look) == kept(database)


def test_another_machine_over_ssh(keys: tuple[str, str], place: Path, look: Database):
    """It takes files under another name first: none is whole before its name is."""
    with (
        running(SshServer(place / "ssh")) as server,
        running(Database(place / "db")) as database,
    ):
        database.run_sql("CREATE TABLE kept (number integer)")
        backup = Backup(place / "server", database, **server.variables(keys[1]))
        with running(backup):
            wait_until((backup.directory / "sealed").exists)
            backup.kill()
            backup.start()
            keep(database, 20)
            wait_until(lambda: list(server.folder.rglob("meta/*")))
            wait_until_copied(backup)
        assert not list((server.folder / "copies/incoming").rglob("*.age"))
        elsewhere = Elsewhere(backup, place, keys[0])
        elsewhere.does("check")
        elsewhere.does("fetch")
        elsewhere.does("restore")
        with running(look):
            assert kept(look) == kept(database)
        elsewhere.home = place / "empty"
        elsewhere.home.mkdir()
        stranger = b64encode(b"\0\0\0\x0bssh-ed25519\0\0\0\x20" + bytes(32)).decode()
        wrong = {"BACKUP_ELSEWHERE_HOST_KEY": f"ssh-ed25519 {stranger}"}
        assert "knownhosts: key mismatch" in elsewhere.refuses("fetch", **wrong)
