"""The way back: a copy from the store, and a restore of it as a check."""

import errno
import fcntl
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg2
from psycopg2.sql import SQL, Composed, Identifier

from backup.barman import Barman, words_of
from backup.elsewhere import (
    CHECK,
    IDENTITY,
    INFO,
    PART,
    SEALED,
    STREAMS,
    base_backup,
    batches,
    infos,
)
from backup.progress import megabytes, percent, progress
from backup.restore import choose, recovery, restore
from backup.seal import DamagedError, refuse_key, unsealed
from backup.settings import SERVER, Settings, fail, in_words, report
from backup.spans import Spans
from backup.store import Store
from backup.wal import Wal

STAGING = "fetched"
KEY = 1 << 14  # bytes that a key may have
ROUNDS = 20  # a machine that still runs removes what it has sent anew
FULL = re.compile("no space left|remaining disk space")  # in rclone's words
TRUST = "local all all trust\n"
DATABASES = "SELECT datname FROM pg_database WHERE datallowconn"
TABLES = """
SELECT nspname, relname
FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
WHERE relkind IN ('r', 'm') AND relpersistence <> 't'
"""


def read_key(file: Path | None) -> str:
    """The private key, which this process alone has.

    Raises:
        SystemExit: there is none, or age does not take it.
    """
    if file:
        try:
            key = file.read_text()
        except (OSError, ValueError) as error:
            fail(f"the key ({file}) cannot be read: {error}.")
    else:
        if sys.stdin.isatty():
            report("paste the private key, AGE-SECRET-KEY-1…, and then Ctrl-D.")
        key = sys.stdin.read(KEY)
    refuse_key(key)
    return key


def find_copy(store: Store, place: str | None) -> str:
    """The copy to take: the one that was written to last, or the named one.

    Raises:
        SystemExit: there is none.
        StoreError: the store does not answer.
    """
    copies = store.copies()
    if not copies:
        fail(f"{store.url} has no copy: look at BACKUP_ELSEWHERE, path and all.")
    places = [copy.place for copy in copies]
    if place and place not in places:
        fail(f"the store has no copy {place}.")
    if place:
        return place
    for copy in copies:
        report(f"the store has {copy.place}, written to at {in_words(copy.written)}.")
    return places[-1]


def target(name: str) -> Path:
    """Where a file of a copy is in Barman's folder."""
    path = Path(name.removesuffix(SEALED))
    if path.parent == Path("wals") and path.suffix != ".history":
        return Path("wals", path.name[:16], path.name)
    return path


@dataclass
class Fetch:
    """Files of a copy, on their way into a folder."""

    store: Store
    key: str
    place: str
    folder: Path
    skips: bool = False  # what is damaged
    bytes: int = 0  # that have come

    def batch(self, names: Collection[str]) -> set[str]:
        """Bring files; the names of those that were still there.

        Raises:
            SystemExit: one is damaged, or the key is another one.
            OSError: there is no room, or the store does not answer.
        """
        with tempfile.TemporaryDirectory(dir=self.folder) as sealed:
            self.store.take(names, self.place, Path(sealed))
            come = {name for name in names if Path(sealed, name).exists()}
            for name in sorted(come):
                self.open(Path(sealed, name), name)
        return come

    def open(self, file: Path, name: str) -> None:
        into = self.folder / target(name)
        self.bytes += file.stat().st_size
        try:
            self.unseal(file, into, name)
        except DamagedError as error:
            if not self.skips:
                fail(
                    f"{name} of the copy {self.place} is damaged ({error}): "
                    "--skip-damaged takes the rest."
                )
            into.unlink(missing_ok=True)
            report(f"{name} is damaged and left out: {error}.")
        file.unlink()

    def unseal(self, file: Path, into: Path, name: str) -> None:
        with unsealed(file, self.key) as plain:
            if name.endswith(PART):
                with tarfile.open(fileobj=plain, mode="r|") as archive:
                    archive.extractall(self.folder / "base", filter="data")
                return
            into.parent.mkdir(parents=True, exist_ok=True)
            with into.open("wb") as opened:
                shutil.copyfileobj(plain, opened, 1 << 20)
        if plain.mtime:
            os.utime(into, (plain.mtime, plain.mtime))

    def all(self, wanted: "Wanted") -> None:
        """Bring what is wanted of what there is.

        Raises:
            SystemExit, OSError: as above.
        """
        come: set[str] = set()
        for _ in range(ROUNDS):
            sizes = wanted.of(self.store.sizes(self.place))
            missing = {name: size for name, size in sizes.items() if name not in come}
            if not missing:
                return
            whole = self.bytes + sum(missing.values())

            def far(whole: int = whole) -> str:
                return f"{percent(self.bytes, whole)} of {megabytes(whole)}"

            with progress("fetching", far):
                for names in batches(sorted(missing), missing.__getitem__):
                    come |= self.batch(names)
        fail("the copy changes faster than it is fetched: run it again.")


@dataclass(frozen=True)
class Wanted:
    """What of a copy is to come: all, or what the restore to a moment needs.

    Args:
        base: the one base backup.
        since: the segment that it begins with.
    """

    base: str = ""
    since: str = ""

    def of(self, sizes: dict[str, int]) -> dict[str, int]:
        return {
            name: size
            for name, size in sizes.items()
            if name != CHECK and self.has(name) and not is_old(name, sizes)
        }

    def has(self, name: str) -> bool:
        folder, _, file = name.partition("/")
        if folder in ("base", "meta"):
            return file.startswith(self.base)
        if file.endswith(f".history{SEALED}"):
            return True
        return folder == name or file[8:24] >= self.since


def is_old(name: str, names: Collection[str]) -> bool:
    """Whether it is a part of a segment that is there as a whole, too."""
    folder, _, file = name.partition("/")
    return folder == "streaming" and file.replace(".partial", "") in {
        one.partition("/")[2] for one in names if one.startswith(f"wals/{file[:24]}")
    }


def choose_base(fetch: Fetch, moment: datetime) -> Wanted:
    """What the restore to a moment needs.

    Raises:
        SystemExit: the copy does not have that moment, or as above.
    """
    names = fetch.store.sizes(fetch.place)
    fetch.batch(
        [n for n in names if n.startswith("meta/") or n.endswith(f".history{SEALED}")]
    )
    whole = infos(fetch.folder)
    backups = [base_backup(name, facts) for name, facts in whole.items()]
    spans = Spans(fetch.folder)
    span = spans.at(moment) or spans.all[0]
    chosen = choose(backups, Wal(fetch.folder), span.timeline, moment)
    for name in whole:
        if name != chosen.name:
            (fetch.folder / "meta" / f"{name}{INFO}").unlink()
    return Wanted(chosen.name, chosen.begin_wal[8:])


@contextmanager
def empty_home(home: Path) -> Iterator[Path]:
    """A folder that becomes the backups, once all of it is there.

    Raises:
        SystemExit: there are backups already.
    """
    lock = os.open(home, os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        fail(f"BACKUP_DIR ({home}) is in use by another backup: stop it first.")
    staging, place = home / STAGING, home / SERVER
    if place.exists() and any(place.iterdir()):
        fail(
            f"BACKUP_DIR ({home}) has backups already, which were left as they are: "
            "give it an empty volume."
        )
    shutil.rmtree(staging, ignore_errors=True)
    staging.mkdir()
    try:
        yield staging
        if place.exists():
            place.rmdir()
        staging.rename(place)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
        os.close(lock)


def fetch(
    settings: Settings,
    barman: Barman,
    store: Store,
    key: str,
    place: str | None,
    moment: datetime | None = None,
    skips: bool = False,
) -> str:
    """Bring a copy into an empty BACKUP_DIR, for restores; which one it was.

    Args:
        moment: None for everything.
        skips: whether what is damaged is left out.

    Raises:
        SystemExit: it cannot be done; BACKUP_DIR is as it was.
    """
    try:
        with empty_home(settings.home) as staging:
            place = find_copy(store, place)
            bring = Fetch(store, key, place, staging, skips)
            # The spans come first: all that they tell of is there by now.
            first = {IDENTITY, STREAMS}
            if not first <= bring.batch(first):
                fail(f"the copy {place} was never finished: --copy names another one.")
            bring.all(choose_base(bring, moment) if moment else Wanted())
            drop_parts(staging)
    except OSError as error:
        full = error.errno == errno.ENOSPC or FULL.search(str(error))
        hint = ": give BACKUP_DIR more room" if full else ""
        fail(f"nothing was fetched: {words_of(error)}{hint}.")
    barman.run("rebuild-xlogdb", SERVER)
    newest = Spans(settings.directory).newest
    until = f" until {in_words(newest.until)}" if newest else ""
    report(f"BACKUP_DIR ({settings.home}) has the copy {place}{until}.")
    return place


def drop_parts(staging: Path) -> None:
    """Forget base backups that retention has removed meanwhile."""
    for info in (staging / "meta").glob(f"*{INFO}"):
        if not (staging / "base" / info.name.removesuffix(INFO)).exists():
            info.unlink()


def check(settings: Settings, store: Store, key: str, place: str | None) -> None:
    """Restore the newest moment of a copy and read every row; leave the result there.

    Raises:
        SystemExit: the copy cannot be restored, or the store does not take the result.
    """
    begun = time.monotonic()
    try:
        place = find_copy(store, place)
    except OSError as error:
        fail(f"nothing was checked: {words_of(error)}.")
    said: dict[str, object] = {"well": False}
    try:
        said |= restore_and_read(settings, store, key, place)
        said["well"] = True
    except SystemExit as error:
        said["words"] = str(error)
        raise
    except subprocess.CalledProcessError as error:
        said["words"] = words_of(error)
        raise
    finally:
        said["time"] = datetime.now(UTC).isoformat(timespec="seconds")
        said["seconds"] = round(time.monotonic() - begun)
        leave(store, place, said)
    report(
        f"the copy {place} was restored until {said['until']}: "
        f"{said['rows']} rows in {said['tables']} tables."
    )


def restore_and_read(
    settings: Settings, store: Store, key: str, place: str
) -> dict[str, object]:
    with tempfile.TemporaryDirectory(dir=settings.home, prefix="check-") as folder:
        # Nobody answers there: what the database says now is not what the copy has.
        own = replace(
            settings, home=Path(folder, "home"), data=Path(folder, "data"), host=folder
        )
        barman = Barman(own.configure())
        fetch(own, barman, store, key, place, datetime.now(UTC))
        newest = Spans(own.directory).newest
        restore(own, barman, None, None, aside=False)
        hba = Path(folder, "hba")
        hba.write_text(TRUST)
        with recovery(own.data, f"hba_file='{hba}'") as log:
            rows, tables = read_rows(log.parent)
    until = in_words(newest.until) if newest else "?"
    return {"until": until, "rows": rows, "tables": tables}


def read_rows(socket: Path) -> tuple[int, int]:
    """Look at each page and index (amcheck), and count the rows of each table.

    Raises:
        subprocess.CalledProcessError: something is damaged.
    """
    subprocess.run(
        [
            *("pg_amcheck", f"--host={socket}", "--username=postgres"),
            *("--all", "--install-missing"),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=True,
    )
    rows = tables = 0
    for (database,) in ask(socket, "postgres", DATABASES):
        for names in ask(socket, database, TABLES):
            count = SQL("SELECT count(*) FROM ONLY {}").format(Identifier(*names))
            ((number,),) = ask(socket, database, count)
            rows += number
            tables += 1
    return rows, tables


def ask(socket: Path, database: str, query: str | Composed) -> list[tuple[Any, ...]]:
    connection = psycopg2.connect(host=str(socket), user="postgres", dbname=database)
    try:
        with connection.cursor() as cursor:
            cursor.execute(query)
            return list(cursor.fetchall())
    finally:
        connection.close()


def leave(store: Store, place: str, said: dict[str, object]) -> None:
    """Put the result where the machine that copies looks for it.

    Raises:
        SystemExit: the store does not take it.
    """
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, CHECK).write_text(json.dumps(said, indent=2) + "\n")
        try:
            store.send(Path(folder), place)
        except OSError as error:
            words = f"the result of the check could not be left: {words_of(error)}."
            if said["well"]:
                fail(words)
            report(words)
