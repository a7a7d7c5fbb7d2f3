"""Copies of the backups elsewhere, which are whole although the service goes on."""

import os
import shutil
import subprocess
from pathlib import Path

from backup.barman import Barman, BaseBackup
from backup.former import FOLDERS, folders
from backup.settings import SERVER, Settings, fail, in_words, report
from backup.spans import Spans
from backup.wal import Wal

LOG = ("streaming", "wals")
VANISHED = 24  # rsync's status
TRIES = 10


def transfer(source: Path, target: Path, *options: str) -> bool:
    """Bring a folder up to date with another one; whether no file vanished meanwhile.

    Raises:
        SystemExit: the copy is not whole; rsync's words are above.
    """
    command = [
        "rsync",
        "--archive",
        "--modify-window=-1",
        *options,
        f"{source}/",
        f"{target}/",
    ]
    status = subprocess.run(command).returncode
    if status not in (0, VANISHED):
        fail("the copy is not whole: rsync's words above say why.")
    return status == 0


def copy(settings: Settings, barman: Barman, folder: Path) -> None:
    """Copy what is new; what retention removed here is removed there, too.

    Base backups come first, those that are whole. The log follows, in the direction in
    which its files move: so the copy has all of it after each base backup. An earlier
    copy stays whole meanwhile.

    Raises:
        SystemExit: there is no such folder, or it has no room.
    """
    folder = folder.resolve()
    if not (folder.is_dir() and os.access(folder, os.W_OK)):
        fail(f"{folder} must be a folder that uid {os.geteuid()} may write: mount one.")
    if folder.is_relative_to(settings.home) or settings.home.is_relative_to(folder):
        fail(f"{folder} and BACKUP_DIR ({settings.home}) must be apart.")
    copy_former(settings, folder)
    source, target = settings.directory, folder / SERVER
    target.mkdir(exist_ok=True)
    newest, whole, before = Spans(source).newest, barman.backups(), Wal(source)
    rules = [f"--filter=protect /{name}" for name in LOG]
    rules += [f"--include=/{one}/{b.name}*" for b in whole for one in ("base", "meta")]
    rules += [
        f"--exclude={path}"
        for path in ("/base/*", "/meta/*", *(f"/{one}" for one in LOG))
    ]
    transfer(source, target, "--delete-excluded", "--delete-delay", *rules)
    for _ in range(TRIES):
        if transfer(source / "streaming", target / "streaming"):
            break
    transfer(source / "wals", target / "wals", "--delete-delay")
    remove_moved(target)
    if whole and newest:
        refuse_shorter(before, Wal(target), whole[-1], newest.timeline)
    known = f" until {in_words(newest.until)}" if newest else ""
    report(f"{folder} has all backups{known}.")


def copy_former(settings: Settings, folder: Path) -> None:
    """Those of the version before an upgrade, which change no more.

    Raises:
        SystemExit: the copy has no room.
    """
    former = folders(settings.home)
    for source in former:
        transfer(source, folder / source.name)
    for target in folder.glob(FOLDERS):
        if target.name not in {source.name for source in former}:
            shutil.rmtree(target)


def refuse_shorter(before: Wal, after: Wal, backup: BaseBackup, timeline: int) -> None:
    """End where the copy lacks what there was when it began.

    Raises:
        SystemExit: it does.
    """
    if after.reach(backup, timeline).last < before.reach(backup, timeline).last:
        fail(
            "the copy lacks a part of the log, which moved on meanwhile: run it again."
        )


def remove_moved(target: Path) -> None:
    """What has moved on since an earlier copy."""
    streaming = list((target / "streaming").glob("*"))
    archived = {file.name for file in (target / "wals").rglob("*")}
    whole = archived | {file.name for file in streaming}
    for file in streaming:
        name = file.name.removesuffix(".partial")
        if name in (whole if name != file.name else archived):
            file.unlink()
