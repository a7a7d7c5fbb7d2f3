"""Barman's commands, which are its interface, and what they say in JSON."""

import json
import os
import signal
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from backup.settings import SERVER


def words_of(error: OSError | subprocess.CalledProcessError) -> str:
    """Why something failed: what Barman said, or the system."""
    if isinstance(error, OSError):
        return str(error)
    return (error.stderr or error.stdout or str(error)).strip()


def is_of(directory: Path, system: str) -> bool:
    """Whether the backups in a directory, if there are any, are of that cluster."""
    try:
        identity = json.loads((directory / "identity.json").read_text())
    except (OSError, ValueError):  # Barman is writing it
        return True
    return str(identity["systemid"]) == system


def lead_children() -> None:
    """Be in a process group of which only Barman's processes are, too."""
    with suppress(
        PermissionError
    ):  # the first process of a session leads its group already
        os.setpgid(0, 0)


def end_children() -> None:
    """End what Barman has started, and what that has started; this process goes on."""
    # Not SIG_IGN, which a program that begins now would inherit.
    signal.signal(signal.SIGTERM, lambda *_: None)
    os.killpg(0, signal.SIGTERM)


@dataclass(frozen=True)
class BaseBackup:
    """A copy of the data directory.

    With the log after it, any later moment can be restored.
    """

    name: str
    timeline: int
    begin_wal: str  # the first segment of the log that it needs
    end_lsn: str
    end: datetime


@dataclass(frozen=True)
class Barman:
    """Barman with our configuration."""

    configuration: Path

    def command(self, *arguments: str) -> list[str]:
        return [
            "barman",
            "--config",
            str(self.configuration),
            "--color",
            "never",
            *arguments,
        ]

    def run(self, *arguments: str) -> None:
        """Do it.

        Raises:
            subprocess.CalledProcessError: it failed; words_of() has its words.
        """
        subprocess.run(
            self.command(*arguments),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=True,
        )

    def ask(self, *arguments: str) -> Any:
        """What it says of backups.

        Raises:
            subprocess.CalledProcessError: it failed; words_of() has its words.
        """
        ended = subprocess.run(
            self.command("--format", "json", *arguments),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=True,
        )
        return json.loads(ended.stdout)["backup"]

    def listed(self) -> list[dict[str, Any]]:
        """What Barman lists of those that are whole."""
        return [
            item
            for item in self.ask("list-backups", SERVER)
            if item["status"] == "DONE"
        ]

    def ends(self) -> dict[str, datetime]:
        """When each ended, to the second, by name; Barman is asked once for all."""
        return {
            item["backup_id"]: datetime.fromtimestamp(
                float(item["end_time_timestamp"]), UTC
            )
            for item in self.listed()
        }

    def backups(self) -> list[BaseBackup]:
        """Those that are whole, the oldest first."""
        return [
            self.backup(name)
            for name in sorted(item["backup_id"] for item in self.listed())
        ]

    def backup(self, name: str) -> BaseBackup:
        facts = self.ask("show-backup", SERVER, name)["base_backup_information"]
        return BaseBackup(
            name=name,
            timeline=int(facts["timeline"]),
            begin_wal=facts["begin_wal"],
            end_lsn=facts["end_lsn"],
            end=datetime.fromisoformat(facts["end_time"]),
        )
