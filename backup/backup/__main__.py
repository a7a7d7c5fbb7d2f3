"""Backups of the database at POSTGRES_HOST; docs/variables.md has the variables.

(nothing)     stream the log and take base backups
restore       the newest moment into an empty PGDATA, which db then serves
    --to TIME       an earlier moment
    --timeline N    another one than the database had at that moment
    --set-aside     keep the database that is in PGDATA beside it
list          what can be restored
copy FOLDER   all backups to a folder, such as a disk elsewhere
barman …      Barman's own commands; its server is named backup
"""

import argparse
import os
import subprocess
import sys
from pathlib import Path

from backup.barman import Barman, words_of
from backup.copies import copy
from backup.former import folders
from backup.restore import moment, restore, timeline_number
from backup.settings import Settings, fail, in_words, in_words_after, read_password
from backup.spans import Spans
from backup.wal import Wal
from backup.watch import Watch


class Parser(argparse.ArgumentParser):
    def error(self, message: str) -> None:  # type: ignore[override]
        fail(f"{message}. {self.usage or self.format_usage().strip()}")


def read_arguments() -> argparse.Namespace:
    parser = Parser(prog="backup", description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(dest="command", parser_class=Parser)
    to = commands.add_parser("restore")
    to.add_argument("--to", type=moment)
    to.add_argument("--timeline", type=timeline_number, metavar="N")
    to.add_argument("--set-aside", action="store_true")
    commands.add_parser("list")
    commands.add_parser("copy").add_argument("folder", type=Path)
    commands.add_parser("barman", add_help=False)
    arguments, more = parser.parse_known_args()
    if more and arguments.command != "barman":
        parser.error(f"{more[0]} is not known")
    arguments.more = more
    return arguments


def show(settings: Settings, barman: Barman) -> None:
    """What can be restored."""
    for folder in folders(settings.home):
        print(f"{folder} has the backups before an upgrade")
    backups = barman.backups()
    if not backups:
        print("there is no base backup yet")
        return
    wal, spans = Wal(settings.directory), Spans(settings.directory)
    for backup in backups:
        gap = ", then a gap" if wal.reach(backup, backup.timeline).gap else ""
        begin = in_words_after(backup.end)
        print(f"{backup.name}: from {begin} on, timeline {backup.timeline}{gap}")
    if spans.newest:
        span = spans.newest
        print(f"timeline {span.timeline} is known to reach {in_words(span.until)}")


def main() -> None:
    os.umask(0o077)
    arguments = read_arguments()
    settings = Settings.read()
    read_password(required=arguments.command is None)
    barman = Barman(settings.configure())
    match arguments.command:
        case "restore":
            restore(
                settings,
                barman,
                arguments.to,
                arguments.timeline,
                aside=arguments.set_aside,
            )
        case "list":
            show(settings, barman)
        case "copy":
            copy(settings, barman, arguments.folder)
        case "barman":
            sys.exit(subprocess.run(barman.command(*arguments.more)).returncode)
        case _:
            Watch(settings, barman).run()


try:
    main()
except subprocess.CalledProcessError as error:
    print(words_of(error))
    fail(f"{Path(error.cmd[0]).name} failed: its words above say why.")
