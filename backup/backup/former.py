"""Backups of the version before an upgrade, which stay for as long as the others."""

import re
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from backup.settings import SERVER, Settings, report

# What db-upgrade writes: the version and the identifier of the new cluster, and of the
# one that it was.
COMMENT = re.compile(r"\d+ (\d+), upgraded from (\d+) (\d+)")
FOLDERS = "postgresql-*-until-*"


@dataclass(frozen=True)
class Former:
    """The cluster that a database was before it was upgraded."""

    version: int
    system: str


def former(comment: str | None, system: str) -> Former | None:
    """What the comment tells of the cluster that it names; of no other.

    Whoever copied the roles has the comment, and another identifier.
    """
    found = COMMENT.fullmatch(comment or "")
    if not found or found[1] != system:
        return None
    return Former(int(found[2]), found[3])


def folders(home: Path) -> list[Path]:
    """Each is a BACKUP_DIR for the image of its version."""
    return sorted(folder for folder in home.glob(FOLDERS) if (folder / SERVER).exists())


def keep(settings: Settings, former: Former) -> None:
    """Put what there is aside, so that the backups begin anew.

    Raises:
        OSError: the disk does not write.
    """
    name = f"postgresql-{former.version}-until-{datetime.now(UTC):%Y%m%dT%H%M%S}"
    folder = settings.home / name
    folder.mkdir(exist_ok=True)
    settings.directory.rename(folder / SERVER)
    report(
        f"the database was upgraded: its backups begin anew, and those of PostgreSQL "
        f"{former.version} are in {folder} for {settings.days} days."
    )


def remove_old(settings: Settings) -> None:
    """Remove those of which no moment can be wanted any more.

    Raises:
        OSError: the disk does not write.
    """
    before = datetime.now(UTC) - timedelta(days=settings.days)
    for folder in folders(settings.home):
        # It changed when they came there.
        if folder.stat().st_mtime < before.timestamp():
            shutil.rmtree(folder)
            report(f"{folder} is removed: its last moment is {settings.days} days old.")
