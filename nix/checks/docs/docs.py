"""Hold the pages against the tree: links lead somewhere, and named files exist.

    docs.py TREE

Exit status 1 and a line for each fault. What counts as a file's name is a word in
backquotes that begins with a folder or a file of the tree; one with a placeholder
(NAME, …, *, {a,b}) does not.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

LINK = re.compile(r"\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)
CODE = re.compile(r"`([^`\n]+)`")
# What readers of docs/how-to write into their own trees.
EXAMPLES = (
    "src/orders/",
    "src/conftest.py",
    "src/config/admin_site.py",
    "src/config/staff.py",
    "src/config/templates/admin/",
    "src/config/tests/rows.py",
    "src/config/tests/test_oidc.py",
    "src/config/tests/test_two_factor.py",
    "src/config/two_factor.py",
)
# Folders at a line's begin in README's picture of the tree, and how far its first level
# is indented.
FOLDERS = re.compile(r"([a-z-]+/ ?)+")
TOP = 4
WHERE = "## Where things are\n"
PLACEHOLDER = re.compile(r"[A-Z]{3,}$|[A-Z]{3,}/|[…*{}<>$@]")


def anchor(heading: str) -> str:
    """A heading's anchor, as GitHub makes it."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def link_faults(page: Path, text: str) -> Iterator[str]:
    for target in LINK.findall(text):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, fragment = target.partition("#")
        file = page.parent / name if name else page
        if not file.exists():
            yield f"links to {target}, which is not there"
        elif fragment and fragment not in map(
            anchor, HEADING.findall(file.read_text())
        ):
            yield f"links to {target}, which has no such heading"


def name_faults(page: Path, text: str, tree: Path) -> Iterator[str]:
    """Names of files that exist neither from the tree's top nor beside the page."""
    tops = {file.name for file in tree.iterdir()}
    # The template's pages are of its own tree.
    if not (tree / "src/README.md").exists():
        tops -= {"src", "system-tests"}
    for name in (word for code in CODE.findall(text) for word in code.split()):
        path = name.rstrip(",.:;").removeprefix("./")
        if "/" not in path or path.split("/")[0] not in tops:
            continue
        if path.startswith(EXAMPLES) or PLACEHOLDER.search(path):
            continue
        if not (tree / path).exists() and not (page.parent / path).exists():
            yield f"names {path}, which is not there"


def listed(text: str) -> Iterator[str]:
    """The folders that README's "Where things are" lists, each with those above it."""
    block = text.partition(WHERE)[2].partition("\n[")[0]
    above = ""
    for line in block.splitlines():
        indented, names = len(line) - len(line.lstrip()), FOLDERS.match(line.strip())
        if not names:
            continue
        prefix = above if indented > TOP else ""
        above = above if indented > TOP else names[0].strip()
        yield from (f"{prefix}{name}".rstrip("/") for name in names[0].split())


def tree_faults(text: str, tree: Path) -> Iterator[str]:
    """Folders of the tree and of nix/ that README lacks, or lists without need."""
    there = {
        str(folder.relative_to(tree))
        for folder in [*tree.iterdir(), *(tree / "nix").iterdir()]
        if folder.is_dir() and not folder.name.startswith(".")
    }
    found = set(listed(text))
    yield from (
        f"does not list {name}/ among the folders" for name in sorted(there - found)
    )
    yield from (f"lists {name}/, which is not there" for name in sorted(found - there))


def main() -> int:
    tree = Path(sys.argv[1])
    faults = []
    for page in sorted(tree.rglob("*.md")):
        text = page.read_text()
        found = [*link_faults(page, text), *name_faults(page, text, tree)]
        # A team's own need not have it.
        if page == tree / "README.md" and WHERE in text:
            found += tree_faults(text, tree)
        faults += [f"{page.relative_to(tree)} {fault}" for fault in found]
    print("\n".join(faults) or "every link and every file is there")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
