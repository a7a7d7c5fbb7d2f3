"""Backups of the database at POSTGRES_HOST; docs/variables.md has the variables.

(nothing)     stream the log and take base backups
restore       the newest moment into an empty PGDATA, which db then serves
    --to TIME       an earlier moment
    --timeline N    another one than the database had at that moment
    --set-aside     keep the database that is in PGDATA beside it
list          what can be restored
copy FOLDER   all backups to a folder, such as a disk elsewhere
keygen        a key pair for BACKUP_ELSEWHERE
fetch         the copy of BACKUP_ELSEWHERE into an empty BACKUP_DIR; the private key is
              read from standard input
    --key FILE      or from there
    --copy NAME     another one than was written to last
    --to TIME       only what the restore to that moment needs
    --skip-damaged  leave out what cannot be decrypted
check         restore the copy of BACKUP_ELSEWHERE, read every row, and leave the result
              in the store; with --key and --copy, too
barman …      Barman's own commands; its server is named backup
"""

import argparse
import os
import subprocess
import sys
from pathlib import Path

from backup.barman import Barman, words_of
from backup.copies import copy
from backup.fetch import check, fetch, read_key
from backup.former import folders
from backup.restore import moment, restore, timeline_number
from backup.settings import Settings, fail, in_words, in_words_after, read_password
from backup.spans import Spans
from backup.store import Store
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
    commands.add_parser("keygen")
    for name in ("fetch", "check"):
        one = commands.add_parser(name)
        one.add_argument("--key", type=Path, metavar="FILE")
        one.add_argument("--copy", metavar="NAME")
        if name == "fetch":
            one.add_argument("--to", type=moment)
            one.add_argument("--skip-damaged", action="store_true")
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


def bring_back(
    settings: Settings, barman: Barman, arguments: argparse.Namespace
) -> None:
    """A copy of the store, for a restore or to check it."""
    store = Store.read() or fail("BACKUP_ELSEWHERE names no store.")
    key = read_key(arguments.key)
    if arguments.command == "check":
        check(settings, store, key, arguments.copy)
        return
    skips = arguments.skip_damaged
    fetch(settings, barman, store, key, arguments.copy, arguments.to, skips)


def main() -> None:
    os.umask(0o077)
    arguments = read_arguments()
    if arguments.command == "keygen":
        os.execvp("age-keygen", ["age-keygen"])
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
        case "fetch" | "check":
            bring_back(settings, barman, arguments)
        case "barman":
            sys.exit(subprocess.run(barman.command(*arguments.more)).returncode)
        case _:
            Watch(settings, barman, Store.read()).run()


try:
    main()
except subprocess.CalledProcessError as error:
    print(words_of(error))
    fail(f"{Path(error.cmd[0]).name} failed: its words above say why.")
