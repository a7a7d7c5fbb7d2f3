"""Known vulnerabilities of what the images hold, by their SBOMs: a table, a summary.

    audit.py SBOMS

Run by default.nix, whose variables name the programs, in the root, which may have an
audit.toml. Ends with 1 where something was found that nobody accepted, or was not
checked.
"""

import os
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import accepted
import archive
import index
import packages
import scanner
from packages import LINKED, Answer, Package, Shipped, State

BLIND = (
    "It cannot see vulnerabilities that no newer package of the distribution fixes, "
    "those of the {inside} libraries that are bundled into others, "
    "and tools of the build."
)


def answers_of(shipped: Shipped, sboms: Path) -> list[Answer]:
    """An answer for each package, from who knows of its kind."""
    if grype := os.environ.get("GRYPE"):
        return list(scanner.check([*shipped.packages, *shipped.linked], grype, sboms))
    kinds: dict[str, list[Package]] = {"deb": [], "pypi": [], "": []}
    for package in shipped.packages:
        kinds[package.kind if package.kind in kinds else ""].append(package)
    return [
        *archive.check([*kinds["deb"], *shipped.linked], [os.environ["ARCHIVE"]]),
        *index.check(kinds["pypi"]),
        *(
            Answer(
                package, State.NOT_CHECKED, "nothing here knows of it: scan the SBOM"
            )
            for package in kinds[""]
        ),
    ]


def row(answer: Answer) -> str:
    ids = [
        min(ids, key=lambda name: (not name.startswith("CVE-"), name))
        for ids in answer.ids
    ]
    package = answer.package
    cells = [
        answer.state,
        f"{package.name} {package.version}",
        ", ".join(package.images),
        "; ".join(part for part in (", ".join(sorted(ids)), answer.says) if part),
    ]
    return f"| {' | '.join(cells)} |"


def table(answers: list[Answer]) -> list[str]:
    """Markdown, the worst first; of what is linked in, only rows that say something."""
    order = list(State)
    shown = [one for one in answers if one.package.kind != LINKED or one.says]
    ordered = sorted(shown, key=lambda one: (order.index(one.state), one.package))
    return [
        "| answer | package | images | |",
        "| --- | --- | --- | --- |",
        *map(row, ordered),
    ]


def verdict(answers: list[Answer]) -> str | None:
    """The sentence that it fails with, if it does."""
    count = Counter(answer.state for answer in answers)
    faults = [
        f"{count[State.FOUND]} have known vulnerabilities"
        if count[State.FOUND]
        else "",
        f"{count[State.NOT_CHECKED]} were not checked"
        if count[State.NOT_CHECKED]
        else "",
    ]
    counts = " and ".join(fault for fault in faults if fault)
    return (
        f"audit: of {len(answers)} packages {counts}; the table says which."
        if counts
        else None
    )


def main() -> None:
    sboms = Path(sys.argv[1])
    today = datetime.now(UTC).date()
    try:
        entries = accepted.read(Path("audit.toml"))
        entries += accepted.shown(Path(os.environ["NOT_AFFECTED"]))
        shipped = packages.read(sboms)
    except ValueError as error:
        sys.exit(f"audit: {error}")
    found = answers_of(shipped, sboms)
    answers = accepted.apply(found, entries, today)
    count = Counter(answer.state for answer in answers)
    print(*table(answers), "", sep="\n")
    print(", ".join(f"{count[state]} {state}" for state in State) + ".")
    print(BLIND.format(inside=shipped.inside))
    for remark in accepted.remarks(found, entries, today):
        print(f"audit: {remark}")
    sys.exit(verdict(answers))


if __name__ == "__main__":
    main()
