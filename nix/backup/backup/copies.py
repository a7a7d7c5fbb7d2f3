"""Copies of the backups elsewhere, which are whole although the service goes on."""

import os
import subprocess
from pathlib import Path

from backup.barman import Barman
from backup.settings import SERVER, Settings, fail, tell, told
from backup.streams import Streams


def transfer(source: Path, target: Path, *options: str) -> None:
    """Bring a folder up to date with another one.

    Raises:
        SystemExit: the copy is not whole; rsync's words are above.
    """
    command = ["rsync", "--archive", *options, f"{source}/", f"{target}/"]
    # 24: a file has moved on, into a folder that comes later.
    if subprocess.run(command).returncode not in (0, 24):
        fail("the copy is not whole: rsync's words above say why.")


def copy(settings: Settings, barman: Barman, folder: Path) -> None:
    """Copy what is new; what retention removed here is removed there, too.

    Base backups come first, those that are whole, and then the log in the direction in which its
    files move: so that the copy has all that follows them.

    Raises:
        SystemExit: there is no such folder, or it has no room.
    """
    folder = folder.resolve()
    if not (folder.is_dir() and os.access(folder, os.W_OK)):
        fail(f"{folder} must be a folder that uid {os.geteuid()} may write: mount one.")
    if folder.is_relative_to(settings.home) or settings.home.is_relative_to(folder):
        fail(f"{folder} and BACKUP_DIR ({settings.home}) must be apart.")
    source, target = settings.directory, folder / SERVER
    target.mkdir(exist_ok=True)
    until = Streams(source).newest
    whole = [backup.name for backup in barman.backups()]
    kept = [f"--include=/{one}/{name}*" for name in whole for one in ("base", "meta")]
    others = ["--exclude=/base/*", "--exclude=/meta/*"]
    log = [f"--exclude=/{name}" for name in ("streaming", "wals")]
    transfer(source, target, "--delete-excluded", "--delete-delay", *kept, *others, *log)
    for name in ("streaming", "wals"):
        transfer(source / name, target / name, *(["--delete-delay"] if name == "wals" else []))
    remove_moved(target)
    known = f" until {told(until.until)}" if until else ""
    tell(f"{folder} has all backups{known}.")


def remove_moved(target: Path) -> None:
    """What has moved on since an earlier copy."""
    later = {file.name for file in (target / "wals").rglob("*")}
    for file in (target / "streaming").glob("*"):
        if file.name.removesuffix(".partial") in later:
            file.unlink()
