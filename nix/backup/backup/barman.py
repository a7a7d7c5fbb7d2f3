"""Barman's commands, which are its interface, and what they say in JSON."""

import json
import subprocess
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from backup.settings import SERVER


@dataclass(frozen=True)
class BaseBackup:
    """A copy of the data directory. With the log after it, any later moment can be restored."""

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
        return ["barman", "--config", str(self.configuration), "--color", "never", *arguments]

    def run(self, *arguments: str, timeout: float | None = None) -> str:
        """What it prints.

        Args:
            timeout: seconds.

        Raises:
            subprocess.CalledProcessError: it failed; `stdout` has its words.
            subprocess.TimeoutExpired: it took longer.
        """
        return subprocess.run(
            self.command(*arguments),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=True,
            timeout=timeout,
        ).stdout

    def ask(self, *arguments: str) -> Any:
        """What it says of backups.

        Raises:
            subprocess.CalledProcessError: it failed; `stderr` has its words.
        """
        ended = subprocess.run(
            self.command("--format", "json", *arguments),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=True,
        )
        return json.loads(ended.stdout)["backup"]

    def backups(self) -> list[BaseBackup]:
        """Those that are whole, the oldest first."""
        listed = [item for item in self.ask("list-backups", SERVER) if item["status"] == "DONE"]
        return [self.backup(name) for name in sorted(item["backup_id"] for item in listed)]

    def backup(self, name: str) -> BaseBackup:
        facts = self.ask("show-backup", SERVER, name)["base_backup_information"]
        return BaseBackup(
            name=name,
            timeline=int(facts["timeline"]),
            begin_wal=facts["begin_wal"],
            end_lsn=facts["end_lsn"],
            end=datetime.fromisoformat(facts["end_time"]),
        )
