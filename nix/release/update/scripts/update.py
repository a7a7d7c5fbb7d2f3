"""An update that proves itself: relock, run the checks that it reaches, write a page.

    update.py [NAME…] [--output FILE] [--check NAME]…

Run by default.nix in the root. Without names, it moves all locks. Ends with 1 where
something failed; the page says what.
"""

import argparse
import signal
import sys
from pathlib import Path
from typing import NoReturn

import facts
import outdated
import tree
from page import Page


def refuse() -> None:
    """Refuse a tree whose locks are not committed.

    Raises:
        SystemExit: they are not.
    """
    outdated.check(Path())
    try:
        changed = tree.changed_locks().split("\n")[:-1]
    except tree.Failed as fault:
        sys.exit(f"update: git cannot tell whether the locks are committed: {fault}")
    if changed:
        names = " ".join(line[3:] for line in changed)
        sys.exit(
            f"update: commit or undo the changes of {names} first "
            f"(git checkout -- {names})."
        )


def relock(page: Page, names: list[str]) -> None:
    """Move the locks, and note what moved."""
    before = tree.versions()
    python = [name for kind, name in before if kind == "Python"]
    tree.relock(names, python)
    if not names:
        page.nixpkgs = tree.move_nixpkgs()
    after = tree.versions()
    page.moved = {
        key: (before.get(key, ""), after.get(key, ""))
        for key in before | after
        if before.get(key) != after.get(key)
    }


def prove(page: Page, before: dict[str, tuple[str, Path]], wanted: list[str]) -> None:
    """Build the checks that differ, or the wanted ones, and note how each ended."""
    after = tree.checks()
    reached = [
        name for name, one in after.items() if one[0] != before.get(name, ("", ""))[0]
    ]
    chosen = [name for name in reached if not wanted or name in wanted]
    page.left = [name for name in reached if name not in chosen]
    if chosen:
        tree.build(chosen)
    for name in chosen:
        report = after[name][1]
        status = report / "status"
        if not status.exists():
            page.ended[name] = "could not be built"
        elif status.read_text().strip() == "0":
            page.ended[name] = "passed"
        else:
            page.ended[name] = "failed"
            page.logs[name] = report / "log"
    bad = [
        f"The check {name} {how}."
        for name, how in page.ended.items()
        if how != "passed"
    ]
    page.faults += bad


def update(page: Page, names: list[str], wanted: list[str]) -> None:
    """All steps. A step that fails ends them; the page has its sentence.

    Where not all locks could be moved, or somebody stops it, they are put back.
    """
    checks = tree.checks()
    page.rows = outdated.ask(Path())
    page.before = facts.read()
    page.faults += page.before.faults
    saved = tree.save()
    try:
        relock(page, names)
        if page.moved:
            prove(page, checks, wanted)
            page.after = facts.read()
            page.faults += page.after.faults
    except BaseException as error:
        if not page.moved or not isinstance(error, tree.Failed):
            tree.restore(saved)
        raise


def stop(*_: object) -> NoReturn:
    sys.exit("update: it was stopped.")


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="update", description="Relock, check, and write a page"
    )
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help="a package; without one, all"
    )
    parser.add_argument("--output", type=Path, metavar="FILE", help="the page's file")
    parser.add_argument(
        "--check", action="append", default=[], help="of the checks, this alone"
    )
    arguments = parser.parse_args()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)
    refuse()
    page = Page()
    try:
        update(page, arguments.names, arguments.check)
    except tree.Failed as fault:
        page.faults.append(str(fault))
    if arguments.output:
        arguments.output.write_text(page.text())
    else:
        print(page.text(), end="")
    sys.exit(1 if page.faults else 0)


if __name__ == "__main__":
    main()
