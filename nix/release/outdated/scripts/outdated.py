"""What is newer than the tree's locks, and what is told of security in between.

    outdated.py [--json]

Run by default.nix, whose variables name the programs, in the root. Ends with 0 where
nothing is behind, 1 where a command of the tree can bring something newer, 2 where
nothing is known to be behind, but something could not be asked.
"""

import argparse
import json
import os
import sys
from collections import Counter
from pathlib import Path

import changelogs
import distribution
import github
import pypi
from rows import Row, State

HEAD = ("what", "name", "locked", "allowed", "newest", "days", "")
LINES = 6  # of security that the table has of each; --json has all


def ask(root: Path) -> list[Row]:
    """A row for each input of the tree."""
    hub = github.GitHub()
    rows = [
        *github.input_rows(root, hub),
        *github.action_rows(root, hub),
        *github.copy_rows(root, hub),
        *distribution.rows(root, [os.environ["ARCHIVE"]]),
        *pypi.rows(root, Path(os.environ["SOLVER"]), Path(os.environ["RANGES"]), hub),
    ]
    order = list(State)
    return sorted(rows, key=lambda row: (order.index(row.state), row.kind, row.name))


def cells(row: Row) -> tuple[str, ...]:
    age = "" if row.age is None else str(row.age)
    says = f"{row.state}: {row.says}" if row.says else str(row.state)
    return row.kind, row.name, row.locked, row.allowed, row.newest, age, says


def table(rows: list[Row]) -> list[str]:
    """Lines for a terminal: what is not as it is newest, and what is told of it."""
    shown = [row for row in rows if row.state is not State.CURRENT]
    widths = [
        max(map(len, column)) for column in zip(HEAD, *map(cells, shown), strict=True)
    ]
    lines = []
    for row in [None, *shown]:
        texts = zip(cells(row) if row else HEAD, widths, strict=True)
        lines.append("  ".join(text.ljust(width) for text, width in texts).rstrip())
        if row:
            lines += [f"      {line}" for line in security_lines(row)]
    return lines


def security_lines(row: Row) -> list[str]:
    """What is told of security, shortened: ids alone are one line."""
    if all(changelogs.ID.fullmatch(line) for line in row.security):
        return [", ".join(row.security)] if row.security else []
    more = len(row.security) - LINES
    return [
        *row.security[:LINES],
        *([f"and {more} more: --json has all"] if more > 0 else []),
    ]


def status(rows: list[Row]) -> int:
    states = {row.state for row in rows}
    return 1 if State.BEHIND in states else 2 if State.NOT_ASKED in states else 0


def summary(rows: list[Row]) -> str:
    count = Counter(row.state for row in rows)
    return ", ".join(f"{count[state]} {state}" for state in State) + "."


def check(root: Path) -> None:
    """Refuse a folder without locks.

    Raises:
        SystemExit: it is none that this can tell of.
    """
    for name in ("flake.lock", pypi.LOCK, distribution.lock(root).name):
        if not (root / name).exists():
            sys.exit(
                f"outdated: there is no {name} here: run it in the root of a tree."
            )


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="outdated", description="Tell what is newer than the locks"
    )
    parser.add_argument(
        "--json", action="store_true", help="print all that is known, for machines"
    )
    arguments = parser.parse_args()
    root = Path()
    check(root)
    rows = ask(root)
    if all(row.state is State.NOT_ASKED for row in rows):
        sys.stderr.write(
            "outdated: neither the package index, the packages' archive nor GitHub "
            "was reached; check the network.\n"
        )
    elif arguments.json:
        document = {"inputs": [row.document() for row in rows], "status": status(rows)}
        print(json.dumps(document, indent=1))
    else:
        print(*table(rows), "", summary(rows), sep="\n")
    sys.exit(status(rows))


if __name__ == "__main__":
    main()
