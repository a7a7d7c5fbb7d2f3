"""What changelogs say of security between two versions."""

import re
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

from pip._vendor.packaging.version import InvalidVersion, Version

IDS = r"CVE-\d{4}-\d{4,}|GHSA(?:-[0-9a-z]{4}){3}"
ID = re.compile(IDS, re.IGNORECASE)
# Many projects name the fault, and neither an id nor the word security.
FAULTS = (
    r"disclos|\bxss\b|cross-site|\binjection|denial[ -]of[ -]service|path traversal"
)
ABOUT_SECURITY = re.compile(
    rf"{IDS}|(?<!content[ -])\bsecurity\b|vulnerab|{FAULTS}", re.IGNORECASE
)
# Of a paragraph, whose items say more.
TITLE = re.compile(r"security\W*", re.IGNORECASE)

NUMBER = r"(\d+(?:\.\d+)+(?:\.?(?:a|b|rc|post|dev)\d+)?)"
# "## [1.2] - 2026-01-31", "Version 1.2 (2026)", "Django 1.2", but not "Python 3.14 is
# supported".
HEADING = re.compile(
    rf"\W*(?!python)(?:[a-z][\w-]*[\s:([]+){{0,2}}v?{NUMBER}(?!\s+[a-z])", re.I
)
# An empty line, an item of a list, a heading; other lines go on with those above them.
BEGINS = re.compile(r"\s*$|\s*(?:[-*+]|\d+[.)])\s|#|([=~^*\"+`#-])\1{2,}")
RULE = re.compile(r"([=~^*\"+`#-])\1{2,}\s*")

# Of the project itself, not of what it has a copy of.
OWN = re.compile(r"(?:docs?/(?:.*/)?)?[^/]+", re.IGNORECASE)
NAME = re.compile(
    r"(?:change(?:s|log)?|history|news|release(?:s|[-_ ]?notes))", re.IGNORECASE
)
OF_ONE = re.compile(rf"(?:release-|v)?{NUMBER}", re.IGNORECASE)
ENDINGS = ("", ".md", ".rst", ".txt")

LONGEST = 400  # characters that are shown of an item

type Entry = tuple[Version, str]  # a version, and an item of what is said of it


def is_changelog(path: str) -> bool:
    """Whether a file of a source distribution, by its path there, tells of versions."""
    file = PurePosixPath(path)
    ending = file.suffix.lower()
    if version_of(path):
        return bool(
            re.search("release|announce|change", str(file.parent), re.IGNORECASE)
        )
    return (
        ending in ENDINGS
        and OWN.fullmatch(path) is not None
        and NAME.fullmatch(file.name.removesuffix(file.suffix)) is not None
    )


def version_of(path: str) -> Version | None:
    """Of a file that tells of one version alone, such as docs/releases/5.2.1.txt."""
    name = PurePosixPath(path).name
    for ending in ENDINGS:
        if name.endswith(ending) and (
            found := OF_ONE.fullmatch(name.removesuffix(ending))
        ):
            return Version(found[1])
    return None


def heading(line: str, following: str) -> Version | None:
    """The version that a line begins: a heading of Markdown, underlined, or bold."""
    if line.startswith(("#", "**")) or RULE.fullmatch(following):
        try:
            return Version(found[1]) if (found := HEADING.match(line)) else None
        except InvalidVersion:
            return None
    return None


def read(text: str, version: Version | None = None) -> Iterator[Entry]:
    """Every item of a changelog on one line, with the version that it is of.

    Args:
        version: what the whole text is of, or nothing where its headings name versions.
    """
    lines = text.splitlines()
    current = version
    item: list[str] = []
    for line, following in zip([*lines, ""], [*lines, "", ""][1:], strict=True):
        begun = None if version else heading(line, following)
        if begun or BEGINS.match(line) or item[:1] == ["#"]:
            if current and item:
                yield current, " ".join(item).strip("#-*+ ")
            item = []
        current = begun or current
        item += ["#"] if line.startswith("#") else []
        item += [] if RULE.fullmatch(line) else line.split()


def ids(line: str) -> set[str]:
    return {found.upper() for found in ID.findall(line)}


def between(entries: Iterable[Entry], older: Version, newer: Version) -> list[str]:
    """The lines about security after a version, up to another one, each once.

    Those that name a fault come first. A fault that the older version's own series has
    mended already is no news.
    """
    security = [
        one
        for one in entries
        if ABOUT_SECURITY.search(one[1]) and not TITLE.fullmatch(one[1])
    ]
    series = older.release[:2]
    mended = {
        one
        for version, line in security
        if version <= older and version.release[:2] == series
        for one in ids(line)
    }
    news = [
        (version, line)
        for version, line in security
        if older < version <= newer and (not ids(line) or ids(line) - mended)
    ]
    # Those that name a fault come first.
    news.sort(key=lambda one: (not ids(one[1]), one[0]))
    return list(dict.fromkeys(f"{version}: {line[:LONGEST]}" for version, line in news))
