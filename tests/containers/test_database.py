"""The database's image: its directory's users and content; what a failed start says."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from support.images import DATABASE as NAME
from support.images import Container, volumes
from support.waiting import children, wait_until

PASSWORDS = {"POSTGRES_PASSWORD": "p", "POSTGRES_SERVE_PASSWORD": "s"}
CLIENT = {**PASSWORDS, "POSTGRES_HOST": "127.0.0.1"}
PGDATA = "/var/lib/postgresql/data"


class Directory:
    """A volume of the database's, and containers that have it."""

    def __init__(self, image, directory: Path) -> None:
        self.image = image
        self.path = directory
        (self.volume,) = volumes(image, directory).values()
        self.data = self.volume / "data"
        self.running: list[Container] = []

    def start(self, **variables: str) -> Container:
        container = Container(self.image, self.path, **{**PASSWORDS, **variables})
        self.running.append(container)
        container.start()
        return container

    def run(
        self, *arguments: str, **variables: str
    ) -> "subprocess.CompletedProcess[str]":
        """A container that ends; its output."""
        command = self.image.command(volumes(self.image, self.path), variables)
        return subprocess.run(
            [*command, *self.image.config["Entrypoint"], *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=120,
        )

    def refuses(self, *arguments: str, **variables: str) -> str:
        """The sentence with which it ends, and nothing else is tried."""
        ended = self.run(*arguments, **{**PASSWORDS, **variables})
        assert ended.returncode == 1, ended
        return ended.stdout.splitlines()[-1].removeprefix("db: ")

    def psql(self, statement: str, **variables: str) -> str:
        """What it answers, asked in another container that has the volume, too."""
        ended = self.run(
            "psql",
            "--no-align",
            "--tuples-only",
            "--command",
            statement,
            **{**CLIENT, **variables},
        )
        assert ended.returncode == 0, ended
        return ended.stdout.strip()

    def kill(self) -> None:
        """End the server's container as a power cut does."""
        container = self.running.pop()
        (first,) = children(container.process.pid)
        os.kill(first, 9)
        container.process.wait(container.patience)

    def stop(self) -> None:
        for container in self.running:
            if container.is_running():
                assert container.stop() == 0
        self.running.clear()


@pytest.fixture
def directory(images, tmp_path):
    directory = Directory(images["db"], tmp_path)
    yield directory
    directory.stop()


def test_second_server_is_refused_and_harms_nothing(directory):
    directory.start(POSTGRES_INIT="sample")
    directory.psql("CREATE TABLE kept AS SELECT generate_series(1, 1000) AS number")
    for arguments in ([], ["init"]):
        assert "in use by another PostgreSQL" in directory.refuses(
            *arguments, POSTGRES_INIT="sample"
        )
    directory.psql("INSERT INTO kept SELECT generate_series(1001, 2000)")
    directory.kill()
    directory.start()
    assert directory.psql("SELECT count(*) FROM kept") == "2000"


def test_psql_and_pg_dump_are_clients(directory):
    directory.start(POSTGRES_INIT="sample")
    assert (
        directory.psql("SELECT current_user || ' ' || current_database()")
        == f"{NAME} {NAME}"
    )
    assert (
        "CREATE TABLE public.item_item"
        in directory.run("pg_dump", "--schema-only", **CLIENT).stdout
    )
    assert "set POSTGRES_HOST" in directory.refuses("psql")
    assert "is no command" in directory.refuses("sh")
    directory.kill()
    directory.start()


def test_lost_volume_is_not_filled_with_sample_rows(directory):
    directory.start(POSTGRES_INIT="sample")
    directory.stop()
    shutil.rmtree(directory.data)
    sentence = directory.refuses()
    assert "is empty" in sentence
    assert "db init" in sentence
    assert list(directory.data.iterdir()) == []


def test_init_makes_a_database_without_rows(directory):
    assert directory.run("init").returncode == 0
    assert "holds a cluster already" in directory.refuses("init")
    directory.start()
    assert directory.psql("SELECT count(*) FROM item_item") == "0"
    assert directory.psql("SELECT count(*) > 0 FROM django_migrations") == "t"
    names = directory.psql("SELECT string_agg(datname, ' ') FROM pg_database")
    assert sorted(names.split()) == sorted(["postgres", "template0", "template1", NAME])
    serving = {
        "PGOPTIONS": "",
        "POSTGRES_USER": f"{NAME}_serve",
        "POSTGRES_PASSWORD": "s",
    }
    assert directory.psql("SHOW statement_timeout", **serving) == "10s"
    assert directory.psql(
        "INSERT INTO item_item (text) VALUES ('a') RETURNING id", **serving
    )


@pytest.mark.parametrize("how", ["init", "sample"])
def test_fill_that_was_cut_short_begins_anew(directory, how: str):
    directory.data.mkdir(mode=0o700)
    for name in (".fill/PG_VERSION", ".fill/base/4/112", "base/1/112"):
        (directory.data / name).parent.mkdir(parents=True, exist_ok=True)
        (directory.data / name).touch(mode=0o444)
    (directory.data / "base" / "1").chmod(0o555)  # like what is copied
    # A new file system has one, which is root's.
    (directory.data / "lost+found").mkdir(mode=0)
    assert "is empty" in directory.refuses()
    if how == "init":
        assert directory.run("init").returncode == 0
        directory.start()
    else:
        directory.start(POSTGRES_INIT="sample")
    assert (directory.data / "lost+found").stat().st_mode & 0o777 == 0


@pytest.mark.parametrize("how", ["init", "sample"])
def test_other_names(directory, images, how: str):
    names = {
        "POSTGRES_PASSWORD": "it's \\ ; --",
        "POSTGRES_USER": "user",
        "POSTGRES_DB": "order",
    }
    serving = {"POSTGRES_SERVE_PASSWORD": "another's \\ ; --"}
    if how == "init":
        assert directory.run("init", **names).returncode == 0
    directory.start(
        **names, **serving, POSTGRES_INIT="sample" if how == "sample" else ""
    )
    variables = {"POSTGRES_HOST": "127.0.0.1", "DEBUG_MODE": "true", **names}
    manage = [*images["server"].config["Entrypoint"], "manage"]
    subprocess.run(
        [*images["server"].command({}, variables), *manage, "migrate", "--check"],
        check=True,
    )
    command = images["server"].command({}, {**variables, **serving})
    subprocess.run([*command, *manage, "check", "--database", "default"], check=True)
    directory.stop()
    assert "set POSTGRES_DB" in directory.refuses(**{**names, "POSTGRES_DB": NAME})
    assert "set POSTGRES_USER" in directory.refuses(**{**names, "POSTGRES_USER": NAME})


@pytest.mark.parametrize("cut_short", [True, False])
def test_leaves_alone_what_is_no_cluster(directory, cut_short: bool):
    directory.data.mkdir(mode=0o700)
    (directory.data / "backup.sql").touch()
    if cut_short:
        (directory.data / ".fill").mkdir()
    for arguments in ([], ["init"]):
        assert "neither empty nor a cluster" in directory.refuses(
            *arguments, POSTGRES_INIT="sample"
        )
        assert (directory.data / "backup.sql").exists()


def test_backup_that_was_restored_after_a_fill_was_cut_short_is_served(directory):
    directory.start(POSTGRES_INIT="sample")
    directory.psql("CREATE TABLE kept AS SELECT 1")
    directory.stop()
    (directory.data / ".fill/base").mkdir(parents=True)
    directory.start(POSTGRES_INIT="sample")
    assert directory.psql("SELECT count(*) FROM kept") == "1"


def test_link_is_the_directory_that_it_names(directory):
    (directory.volume / "elsewhere").mkdir()
    (directory.volume / "elsewhere/backup.sql").touch()
    directory.data.symlink_to("elsewhere")
    assert "neither empty nor a cluster" in directory.refuses("init")
    (directory.volume / "elsewhere/backup.sql").unlink()
    assert directory.run("init").returncode == 0
    directory.start()


@pytest.mark.parametrize(
    "option",
    [
        ["-D", PGDATA],
        [f"-D{PGDATA}"],
        [f"--data_directory={PGDATA}"],
        ["-c", f"data-directory={PGDATA}"],
    ],
)
def test_no_option_leads_to_another_directory(directory, option: list[str]):
    assert "PGDATA names the data directory" in directory.refuses(
        *option, PGDATA="/var/lib/postgresql/other"
    )


def test_configuration_leads_to_no_other_directory(directory):
    directory.start(POSTGRES_INIT="sample")
    directory.stop()
    with (directory.data / "postgresql.conf").open("a") as configuration:
        configuration.write("data_directory = '/var/lib/postgresql/other'\n")
    directory.start()
    directory.psql("SELECT 1")


@pytest.mark.parametrize("option", ["--version", "--help"])
def test_question_is_answered_without_a_directory(directory, option: str):
    answer = directory.run(option)
    assert answer.returncode == 0
    assert "PostgreSQL" in answer.stdout
    assert not directory.data.exists()


@pytest.mark.parametrize(
    "name",
    ["no;user", "Upper", "1st", "postgres", "metrics", "a_serve", "pg_a", "a" * 58],
)
@pytest.mark.parametrize("variable", ["POSTGRES_USER", "POSTGRES_DB"])
def test_strange_names_are_refused(directory, variable: str, name: str):
    assert variable in directory.refuses(**{variable: name, "POSTGRES_INIT": "sample"})
    assert not directory.data.exists()


def test_missing_password_is_refused_before_anything_is_made(directory):
    assert "set POSTGRES_PASSWORD" in directory.refuses(
        POSTGRES_PASSWORD="", POSTGRES_INIT="sample"
    )
    assert not directory.data.exists()


def forget_wal(data: Path) -> None:
    for file in (data / "pg_wal").iterdir():
        if file.is_file():
            file.unlink()


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (lambda data: (data / "PG_VERSION").write_text("16\n"), "is of PostgreSQL 16"),
        (lambda data: (data / "PG_VERSION").write_text("99\n"), "is of PostgreSQL 99"),
        (forget_wal, "lacks a part"),
        (lambda data: shutil.rmtree(data / "pg_wal"), "lacks a part"),
        (lambda data: (data / "global/pg_control").unlink(), "lacks a part"),
        (lambda data: (data / "global/pg_control").chmod(0), "do not belong to uid 70"),
        (lambda data: data.chmod(0), "cannot be made or read by uid 70"),
    ],
    ids=[
        "older",
        "newer",
        "no WAL",
        "no WAL volume",
        "no pg_control",
        "others' files",
        "another's directory",
    ],
)
def test_each_fault_has_its_own_sentence(directory, damage, sentence: str):
    directory.start(POSTGRES_INIT="sample")
    directory.stop()
    damage(directory.data)
    assert sentence in directory.refuses(POSTGRES_INIT="sample")
    directory.data.chmod(0o700)


def test_volume_that_cannot_be_written_is_named(directory):
    directory.volume.chmod(0o555)
    assert "cannot be made or read by uid 70" in directory.refuses("init")


def test_disk_that_is_too_small_is_named(directory):
    command = directory.image.command(
        {}, PASSWORDS, "--size", str(8 << 20), "--tmpfs", "/var/lib/postgresql"
    )
    ended = subprocess.run(
        [*command, *directory.image.config["Entrypoint"], "init"],
        stderr=subprocess.PIPE,
        text=True,
        timeout=60,
    )
    assert ended.returncode == 1
    assert "with room for" in ended.stderr.splitlines()[-1]


# A container that is started again whenever it ends,
# and whose log volume is full while `full` is there.
RESTARTING = """
cp -a /var/lib/postgresql/wal/. $PGDATA/pg_wal/
while :; do
    if [ -e /var/lib/postgresql/full ]; then \
dd if=/dev/zero bs=4k >>$PGDATA/pg_wal/filler 2>/dev/null
    else rm -f $PGDATA/pg_wal/filler; fi
    sleep 0.2
done &
while :; do "$@"; sleep 0.5; done
"""


def test_full_volume_of_the_write_ahead_log_recovers_when_there_is_room(
    directory, tmp_path
):
    directory.start(POSTGRES_INIT="sample")
    directory.psql("CREATE TABLE kept AS SELECT 1 AS number")
    directory.stop()
    shutil.copytree(directory.data / "pg_wal", directory.volume / "wal")
    command = directory.image.command(
        volumes(directory.image, directory.path),
        PASSWORDS,
        "--size",
        str(16 << 20),
        "--tmpfs",
        f"{PGDATA}/pg_wal",
    )
    output = tmp_path / "output"
    with output.open("w") as log:
        command += ["sh", "-c", RESTARTING, "sh", *directory.image.config["Entrypoint"]]
        restarting = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        wait_until(lambda: directory.run("pg_isready", **CLIENT).returncode == 0)
        (directory.volume / "full").touch()
        # It writes until there is no room: a server with nothing to write would go on.
        write = (
            "CREATE TABLE IF NOT EXISTS large (n int); "
            "INSERT INTO large SELECT generate_series(1, 50000)"
        )

        def is_full() -> bool:
            directory.run("psql", "--command", write, **CLIENT)
            return f"the disk of PGDATA ({PGDATA}) is full" in output.read_text()

        wait_until(is_full)
        (directory.volume / "full").unlink()
        wait_until(
            lambda: (
                directory.run(
                    "psql", "--command", "INSERT INTO kept VALUES (2)", **CLIENT
                ).returncode
                == 0
            )
        )
        assert directory.psql("SELECT sum(number) >= 3 FROM kept") == "t"
    finally:
        restarting.kill()
        restarting.wait(30)
