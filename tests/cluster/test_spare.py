"""`with-db --spare`: the database that waits for the next command."""

import os
import shlex
import signal
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from support.waiting import wait_until

HOST = ("bash", "-c", "echo $POSTGRES_HOST")
PSQL = (
    "PGPASSWORD=$POSTGRES_PASSWORD psql -At -h $POSTGRES_HOST -p $POSTGRES_PORT "
    "-U $POSTGRES_USER -d $POSTGRES_DB -c "
)


def with_db(*command: str, seconds: float = 60) -> str:
    return subprocess.check_output(
        ["with-db", "--spare", str(seconds), *command], text=True
    )


def directories() -> set[str]:
    return set(map(str, Path("/tmp").glob("with-db-*")))


def keepers() -> list[int]:
    """PIDs of the processes that keep a database, of an older command's, too."""
    found = []
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(FileNotFoundError, ProcessLookupError):  # it has just ended
            if b"\0--keep\0" in file.read_bytes():
                found.append(int(file.parent.name))
    return found


def waits() -> bool:
    """Whether one waits: its socket has a name that no file has."""
    listed = Path("/proc/net/unix").read_text()
    return f"@with-db-{os.geteuid()}-" in listed


@pytest.fixture(autouse=True)
def _no_spare_from_elsewhere() -> Iterator[None]:
    assert not keepers()
    yield
    for pid in keepers():
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)
    wait_until(lambda: not keepers() and not directories())


@pytest.fixture
def spare() -> str:
    """The directory of a database that waits."""
    own = with_db(*HOST).strip()
    wait_until(waits)
    (waiting,) = directories()
    assert waiting != own
    return waiting


def test_next_command_gets_the_database_that_waits(spare: str):
    assert with_db(*HOST).strip() == spare
    wait_until(lambda: spare not in directories())


def test_each_command_has_a_copy_of_its_own(spare: str):
    assert with_db("bash", "-c", f"{PSQL} 'DELETE FROM item_item'") != "DELETE 0\n"
    wait_until(waits)
    count = with_db("bash", "-c", f"{PSQL} 'SELECT count(*) > 0 FROM item_item'")
    assert count == "t\n"


def test_two_commands_at_once_share_nothing(spare: str):
    within = f"with-db --spare 60 {shlex.join(HOST)}"
    first, second = with_db("bash", "-c", f"{HOST[2]}; {within}").split()
    assert first == spare != second


def test_exit_status_is_the_commands(spare: str):
    ended = subprocess.run(["with-db", "--spare", "60", "bash", "-c", "exit 7"])
    assert ended.returncode == 7


def test_killed_command_takes_its_database_with_it(spare: str):
    command = ["with-db", "--spare", "60", "bash", "-c", "echo begun; exec sleep 60"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdout.readline() == "begun\n"
        process.kill()
    wait_until(lambda: spare not in directories())


def test_killed_spare_is_none(spare: str):
    (keeper,) = keepers()
    os.kill(keeper, signal.SIGKILL)
    wait_until(lambda: not waits())
    assert with_db(*HOST).strip() != spare
    subprocess.run(["rm", "-r", spare], check=True)


def test_killed_server_of_a_spare_ends_the_spare(spare: str):
    server = int(Path(spare, "data/postmaster.pid").read_text().split()[0])
    os.kill(server, signal.SIGKILL)
    wait_until(lambda: spare not in directories())
    assert with_db(*HOST).strip() != spare


def test_spare_ends_where_nobody_comes():
    with_db("true", seconds=1)
    wait_until(lambda: not keepers() and not directories())
