"""How `nix run` starts and ends, whatever its caller's environment and data are."""

import os
import pty
import re
import select
import signal
import subprocess
from pathlib import Path

import pytest

from support.waiting import wait_until

NAMES = (
    "SERVER_PORT",
    "SERVER_METRICS_PORT",
    "DB_PORT",
    "DB_METRICS_PORT",
    "LOG_PORT",
    "LOG_METRICS_PORT",
    "METRICS_PORT",
)
ANY_PORTS = {**os.environ, **dict.fromkeys(NAMES, "0")}

# What a person may have exported for other programs.
STRANGE = {
    "ALLOWED_HOSTS_FILE": "/nothing",
    "DATA_SOURCE_NAME": "nothing",
    "DEBUG_MODE": "nothing",
    "DJANGO_SECRET_KEY_FILE": "/nothing",
    "DJANGO_SETTINGS_MODULE": "nothing",
    "PGPORT": "1",
    "PGSERVICE": "nothing",
    "POSTGRES_METRICS_PASSWORD_FILE": "/nothing",
    "POSTGRES_PASSWORD_FILE": "/nothing",
    "POSTGRES_SSLMODE": "verify-full",
    "PYTHONPATH": "/nothing",
    "http_proxy": "http://127.0.0.1:9",
}

DROP_TABLES = """
DO $$
DECLARE name text;
BEGIN
    FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = current_schema LOOP
        EXECUTE format($format$DROP TABLE %I CASCADE$format$, name);
    END LOOP;
END
$$
"""

# Whoever runs the tests may ignore it (nohup); a person's terminal does not.
signal.signal(signal.SIGHUP, signal.SIG_DFL)


def run(*arguments: object, **options: str) -> "subprocess.CompletedProcess[str]":
    """Run it to its end, on any ports."""
    words = ["cluster", *map(str, arguments)]
    return subprocess.run(
        words, env={**ANY_PORTS, **options}, capture_output=True, text=True, timeout=100
    )


def members(session: int) -> list[str]:
    """What /proc says of processes that began in the session and are still in it."""
    listed = subprocess.run(
        "cat /proc/[0-9]*/stat", shell=True, stdout=subprocess.PIPE, text=True
    ).stdout
    return [
        line
        for line in listed.splitlines()
        if line.rpartition(")")[2].split()[3] == str(session)
    ]


class Terminal:
    """A terminal in which a program runs."""

    def __init__(self, program: str, environment: dict[str, str]) -> None:
        self.session, self.screen = pty.fork()
        if self.session == 0:
            os.execvpe(program, [program], environment)
        self.text = ""

    def read_until(self, pattern: str) -> str:
        while not (found := re.search(pattern, self.text)):
            assert select.select([self.screen], [], [], 60)[0], (
                f"silent after {self.text}"
            )
            self.text += os.read(self.screen, 4096).decode()
        return found[0]

    def close(self) -> int:
        """Close the terminal and return the program's exit status.

        The kernel sends SIGHUP, and refuses output from now on.
        """
        os.close(self.screen)
        wait_until(
            lambda: os.waitid(
                os.P_PID, self.session, os.WEXITED | os.WNOHANG | os.WNOWAIT
            )
        )
        return os.waitstatus_to_exitcode(os.waitpid(self.session, 0)[1])


@pytest.mark.parametrize(
    ("options", "arguments", "sentence"),
    [
        (
            {"SERVER_PORT": "8085", "DB_PORT": "8085"},
            (),
            "SERVER_PORT and DB_PORT are both 8085",
        ),
        ({}, ("--", "no-such-command"), "no-such-command is no program"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(
    options: dict[str, str], arguments: tuple[str, ...], sentence: str
):
    ended = run(*arguments, **options)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr.count("\n") == 1
    assert sentence in ended.stderr


def test_command_alone_is_heard(tmp_path: Path):
    ended = run("--data", tmp_path, "--", "echo", "heard")
    assert (ended.returncode, ended.stdout) == (0, "heard\n")
    ready = re.findall(r"^(\S+) \| ready after \d+\.\d s$", ended.stderr, re.MULTILINE)
    assert sorted(ready) == ["db", "db-metrics", "log", "metrics", "server"]
    assert ended.stderr.count("\n") == len(ready)
    # What asks whether they are ready is no request of anybody. On a slow machine
    # Prometheus's own first request has a line: it gives up before the server is there.
    assert '"GET /healthcheck' not in (tmp_path / "log" / "all.log").read_text()


def test_verbose_start_prints_what_the_services_say():
    ended = run("--verbose", "--", "true")
    assert {"db", "server"} <= set(re.findall(r"(?m)^(\S+) \| ", ended.stdout))


def test_failed_start_prints_what_the_service_said():
    ended = run("--", "true", API_RATE="many")
    assert ended.returncode == 1
    said = re.findall(r"(?m)^(\S+) \| (.*)", ended.stdout)
    assert {name for name, _ in said} == {"server"}
    assert any("API_RATE" in line for _, line in said)
    assert "server ended by itself" in ended.stderr
    assert ended.stderr.splitlines()[-1].startswith(
        "cluster: the cluster did not become healthy: "
    )


def test_strange_environment_and_a_closed_terminal_do_no_harm():
    terminal = Terminal("cluster", {**ANY_PORTS, **STRANGE})
    psql = terminal.read_until(r"PGPASSFILE=/tmp/\S+ psql -h localhost -p \d+ -U \S+")
    data = Path(psql.split("=")[1].split("/pgpass")[0])
    assert (data / "pgpass").stat().st_mode & 0o777 == 0o600
    assert (
        subprocess.check_output(
            f"{psql} -Atc 'SELECT min(id) FROM item_item'", shell=True, text=True
        )
        == "1\n"
    )
    assert terminal.close() == 0
    assert not data.exists()
    assert members(terminal.session) == []


def test_killed_cluster_leaves_no_service():
    terminal = Terminal("cluster", ANY_PORTS)
    terminal.read_until("The cluster is ready")
    os.kill(terminal.session, signal.SIGKILL)
    os.waitpid(terminal.session, 0)
    wait_until(lambda: members(terminal.session) == [])


def test_kept_data_get_the_migrations_that_they_lack(tmp_path: Path):
    psql = (
        "PGPASSWORD=$POSTGRES_PASSWORD psql "
        "-h $POSTGRES_HOST -p $POSTGRES_PORT -U $POSTGRES_USER -d $POSTGRES_DB"
    )
    # Each command runs once the cluster is healthy.
    # Not every migration can be taken back by Django.
    empty = run("--data", tmp_path, "--", "bash", "-c", f"{psql} -c '{DROP_TABLES}'")
    assert re.search(r"^DO$", empty.stdout, re.MULTILINE)
    assert empty.returncode == 0
    # What it forgets cannot be applied again.
    forget = f"{psql} -c \"DELETE FROM django_migrations WHERE app = 'item'\""
    forth = run("--data", tmp_path, "--", "bash", "-c", forget)
    assert re.search(r"Applying item\.\S+ OK", forth.stdout)
    assert re.search(r"^DELETE [1-9]", forth.stdout, re.MULTILINE)
    assert forth.returncode == 0
    refused = run("--data", tmp_path)
    assert refused.returncode == 1
    assert refused.stderr.splitlines()[-1].startswith(
        f"cluster: the data in {tmp_path} could not be migrated"
    )


def test_with_db_leaves_nothing_when_it_is_ended_while_it_copies_the_data():
    before = set(Path("/tmp").glob("with-db-*"))
    with subprocess.Popen(["with-db", "true"], start_new_session=True) as process:
        while not list(Path("/tmp").glob("with-db-*/data/base")):
            assert process.poll() is None
        process.terminate()
        assert process.wait(10) == 128 + signal.SIGTERM
    assert set(Path("/tmp").glob("with-db-*")) == before
    assert members(process.pid) == []


def test_with_db_ends_with_its_terminal():
    command = ["with-db", "bash", "-c", "echo $POSTGRES_HOST; exec sleep 60"]
    with subprocess.Popen(
        command,
        env={**os.environ, **STRANGE},
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        directory = Path(process.stdout.readline().strip())
        assert (directory / ".s.PGSQL.5432").is_socket()
        process.send_signal(signal.SIGHUP)
        assert process.wait(10) == 128 + signal.SIGHUP
    assert not directory.exists()
    assert members(process.pid) == []
