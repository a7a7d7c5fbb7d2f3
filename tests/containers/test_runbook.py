"""docs/runbook.md: its `docker compose exec` commands, in containers of the images."""

import os
import re
import socket
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from support.images import DATABASE, Container
from support.program import running
from support.waiting import wait_until

RUNBOOK = Path(os.environ["runbook"]).read_text().replace("\\\n", " ")
COMMANDS = re.findall(r"^ {4}docker compose exec (\S+) (.*)$", RUNBOOK, re.MULTILINE)
# What the page leaves to its reader. ID and TASK stand in LINE.
FILLED = {
    "NAME": DATABASE,
    **{f"http://{name}:": "http://127.0.0.1:" for name in ("alerts", "metrics")},
}
LINE = b'<14>nginx: [ID] 127.0.0.1 "GET /" 503 The task TASK failed\n'
DB = {
    "POSTGRES_PASSWORD": "p",
    "POSTGRES_BACKUP_PASSWORD": "b",
    "POSTGRES_INIT": "sample",
}
VARIABLES = {
    "db": DB,
    "backup": {"POSTGRES_BACKUP_PASSWORD": "b", "POSTGRES_HOST": "127.0.0.1"},
    "log": {},
    "metrics": {},
    "alerts": {},
}


def command(container: Container, arguments: list[str]) -> list[str]:
    """What an engine's exec would start in the container."""
    return [
        *container.image.command(container.writable, container.variables),
        *arguments,
    ]


def split(words: str) -> list[str]:
    """As the reader's shell does it, which may run a command, too."""
    printing = ["bash", "-euc", f"printf '%s\\0' {words}"]
    printed = subprocess.run(printing, stdout=subprocess.PIPE, text=True, check=True)
    return printed.stdout.split("\0")[:-1]


@pytest.fixture(scope="module")
def cluster(images, tmp_path_factory) -> Iterator[dict[str, Container]]:
    """The services that commands of the runbook enter, with a failed request's line."""
    with ExitStack() as stack:
        found = {}
        for name, variables in VARIABLES.items():
            folder = tmp_path_factory.mktemp(name)
            found[name] = Container(images[name], folder, **variables)
            # Its files and sockets there are for all that enters it.
            (folder / "tmp").mkdir()
            found[name].writable["/tmp"] = folder / "tmp"
            start = images[name].config["Entrypoint"]
            found[name].command = command(found[name], start)
            stack.enter_context(running(found[name]))
        log = found["log"].writable["/var/log/service"]
        (log / "all.log.1").touch()
        with socket.create_connection(("127.0.0.1", 5514)) as connection:
            connection.sendall(LINE)
        wait_until(lambda: "[ID]" in (log / "all.log").read_text())
        yield found


@pytest.mark.parametrize(("service", "words"), COMMANDS)
def test_command_of_the_runbook_succeeds(cluster, service: str, words: str):
    for placeholder, text in FILLED.items():
        words = words.replace(placeholder, text)
    arguments = command(cluster[service], split(words))
    ended = subprocess.run(arguments, capture_output=True, text=True, timeout=60)
    assert ended.returncode == 0, ended
    assert "ERROR" not in ended.stderr


@pytest.mark.parametrize("name", ["check", "copy", "fetch", "list", "restore"])
def test_each_command_of_the_backup_is_there_by_its_name(cluster, name: str):
    arguments = command(cluster["backup"], [name, "--help"])
    ended = subprocess.run(arguments, capture_output=True, text=True, timeout=60)
    assert ended.returncode == 0, ended
    assert f"usage: backup {name} " in ended.stdout
