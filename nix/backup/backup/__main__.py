"""Backups of the database at POSTGRES_HOST. docs/variables.md has the environment variables.

    (nothing)     stream the log and take base backups
    restore       the newest moment into an empty PGDATA, which db then serves
        --to TIME       an earlier moment
        --timeline N    of a database before it was restored
        --set-aside     keep the database that is in PGDATA beside it
    list          what can be restored
    copy          all backups to /copy, such as a disk elsewhere
    barman …      Barman's own commands; its server is named backup
"""

import argparse
import os
import subprocess
import sys

from backup.barman import Barman
from backup.log import Log
from backup.restore import moment, restore
from backup.settings import Settings, fail, read_password, tell
from backup.watch import Watch, streamed_until

COPY = "/copy"


class Parser(argparse.ArgumentParser):
    def error(self, message: str) -> None:  # type: ignore[override]
        fail(f"{message}. {self.usage or self.format_usage().strip()}")


def read_arguments() -> argparse.Namespace:
    parser = Parser(prog="backup", description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(dest="command", parser_class=Parser)
    to = commands.add_parser("restore")
    to.add_argument("--to", type=moment)
    to.add_argument("--timeline", type=int)
    to.add_argument("--set-aside", action="store_true")
    commands.add_parser("list")
    commands.add_parser("copy")
    commands.add_parser("barman", add_help=False).add_argument("arguments", nargs="...")
    return parser.parse_args()


def show(settings: Settings, barman: Barman) -> None:
    """What can be restored."""
    log = Log(settings.directory)
    for backup in barman.backups():
        reach = log.reach(backup, backup.timeline)
        gap = ", then a gap" if reach.gap else ""
        print(  # noqa: T201
            f"{backup.name}: from {backup.end:%Y-%m-%dT%H:%M:%S%z} on, timeline {backup.timeline}{gap}"
        )
    until = streamed_until(settings.directory)
    if until:
        print(f"the log is known to reach {until:%Y-%m-%dT%H:%M:%S%z}")  # noqa: T201


def copy(settings: Settings) -> None:
    """Base backups first: what the log has meanwhile is then whole, too.

    Raises:
        SystemExit: there is nothing to copy to, or it has no room.
    """
    if not (os.path.isdir(COPY) and os.access(COPY, os.W_OK)):
        fail(f"mount a folder that uid {os.geteuid()} may write at {COPY}.")
    command = ["rsync", "--archive", "--delete-delay", f"{settings.home}/", f"{COPY}/"]
    if subprocess.run(command).returncode:
        fail("the copy is not whole: rsync's words above say why.")
    tell(f"{COPY} has all backups.")


def main() -> None:
    os.umask(0o077)
    arguments = read_arguments()
    settings = Settings.read()
    read_password(required=arguments.command is None)
    barman = Barman(settings.configure())
    match arguments.command:
        case "restore":
            restore(
                settings, barman, arguments.to, arguments.timeline, aside=arguments.set_aside
            )
        case "list":
            show(settings, barman)
        case "copy":
            copy(settings)
        case "barman":
            sys.exit(subprocess.run(barman.command(*arguments.arguments)).returncode)
        case _:
            Watch(settings, barman).run()


main()
