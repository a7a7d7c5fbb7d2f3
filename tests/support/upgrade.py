"""A database of the PostgreSQL before, and the program that brings it to this one."""

import fcntl
import os
import shutil
import signal
import subprocess
from contextlib import suppress
from pathlib import Path

from support.processes import NAME, PASSWORDS, Database
from support.program import Program, running
from support.waiting import wait_until

OLD = Path(os.environ["old"]) / "bin"
ROLES = Path(os.environ["roles"])
SERVING = [
    f"serving/{one}.sql" for one in ("role", "settings", "rights", "later_rights")
]


class OldDatabase(Database):
    """A server of the version before, with the lock that its image takes."""

    def __init__(self, directory: Path, **own: str) -> None:
        super().__init__(directory, **own)
        self.data = directory / "data"
        program = str(OLD / "postgres")
        self.command = [program, "-D", str(self.data), *self.command[1:]]

    def start(self) -> None:
        lock = os.open(self.data, os.O_RDONLY)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self.process = subprocess.Popen(
                self.command, env=self.environment, pass_fds=[lock]
            )
        finally:
            os.close(lock)
        wait_until(self.is_up, self.patience)


def make(directory: Path) -> Path:
    """A cluster as `db` of that version had made it: its directory."""
    data = directory / "data"
    subprocess.run(
        [
            *(OLD / "initdb", f"--pgdata={data}", "--username=postgres", "--no-sync"),
            *("--auth=trust", "--encoding=UTF8", "--locale=C", "--wal-segsize=1"),
            "--data-checksums",
        ],
        stdout=subprocess.DEVNULL,
        check=True,
    )
    (data / "pg_hba.conf").write_text(
        "local all all trust\n"
        "host all all all scram-sha-256\n"
        "host replication backup all scram-sha-256\n"
    )
    with running(OldDatabase(directory)) as database:
        sql = [
            f"CREATE ROLE {NAME} LOGIN PASSWORD 'p'",
            f"CREATE DATABASE {NAME} OWNER {NAME}",
        ]
        superuser(database, "postgres", *sql)
        for name, files in {
            NAME: SERVING,
            "postgres": ["metrics.sql", "backup.sql"],
        }.items():
            superuser(database, name, *((ROLES / one).read_text() for one in files))
        passwords = [
            f"ALTER ROLE {role} LOGIN PASSWORD '{word}'"
            for role, word in PASSWORDS.items()
        ]
        superuser(database, "postgres", *passwords)
    return data


def superuser(database: Database, name: str, *statements: str) -> str:
    """What psql prints, over the socket."""
    return subprocess.run(
        [
            *("psql", f"--host={database.directory}", f"--port={database.port}"),
            *("--username=postgres", f"--dbname={name}", "--no-psqlrc", "--quiet"),
            *("--tuples-only", "--no-align", "--set=ON_ERROR_STOP=1"),
            *(
                f"--set=owner={NAME}",
                f"--set=serve={NAME}_serve",
                f"--set=database={NAME}",
            ),
        ],
        input=";\n".join([*statements, ""]),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    ).stdout.strip()


class Upgrade(Program):
    """db-upgrade as in a container: what it has started ends with it."""

    def __init__(self, data: Path, *options: str, **variables: str) -> None:
        self.data = data
        super().__init__(
            [
                *("bwrap", "--dev-bind", "/", "/", "--proc", "/proc", "--as-pid-1"),
                *(
                    "--unshare-user",
                    "--unshare-pid",
                    "--unshare-ipc",
                    "--die-with-parent",
                ),
                *("service-db-upgrade", *options),
            ],
            {"PGDATA": str(data), **variables},
        )

    def run(self, *wrapped: str) -> subprocess.CompletedProcess[str]:
        """To its end; with other words for bubblewrap before the program."""
        command = [*self.command]
        at = command.index("service-db-upgrade")
        ended = subprocess.run(
            [*command[:at], *wrapped, *command[at:]],
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=300,
        )
        print(ended.stdout)
        return ended

    def succeeds(self) -> str:
        """What it says."""
        ended = self.run()
        assert ended.returncode == 0, ended.stdout
        return ended.stdout

    def refuses(self) -> str:
        """What it says, with the sentence at the end."""
        ended = self.run()
        assert ended.returncode == 1, ended.stdout
        return ended.stdout

    def kill_at(self, words: str) -> None:
        """Start it, and kill it once it says that."""
        with subprocess.Popen(
            self.command,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        ) as process:
            assert process.stdout
            said = b""
            while words.encode() not in said:
                more = os.read(process.stdout.fileno(), 1 << 16)
                assert more, said.decode()
                said += more
            process.send_signal(signal.SIGKILL)
        wait_until(lambda: is_free(self.data))


def is_free(data: Path) -> bool:
    """Whether no process has the lock any more."""
    descriptor = os.open(data, os.O_RDONLY)
    try:
        with suppress(BlockingIOError):
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        return False
    finally:
        os.close(descriptor)


def version(data: Path) -> str:
    return (data / "PG_VERSION").read_text().strip()


def copied(data: Path, directory: Path) -> Path:
    """A copy of a cluster that is stopped, as `data` of a directory."""
    return Path(shutil.copytree(data, directory / "data"))
