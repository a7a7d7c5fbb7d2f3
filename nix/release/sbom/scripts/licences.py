"""Licences as the packages themselves state them, as SPDX writes them."""

import re
from collections.abc import Iterable
from pathlib import Path

from cyclonedx.model.license import DisjunctiveLicense, License, LicenseExpression
from cyclonedx.spdx import fixup_id, is_expression
from packaging.metadata import RawMetadata, parse_email
from packaging.utils import canonicalize_name

# Names that Debian (DEP-5) and PyPI give to what SPDX has. Without a version, the
# licences of GNU allow any.
NAMES = {
    "artistic": "Artistic-1.0-Perl",  # as Debian's common-licenses has it
    "expat": "MIT",
    "gpl": "GPL-1.0-or-later",
    "iscl": "ISC",
    "lgpl": "LGPL-2.0-or-later",
    "openldap-2.8": "OLDAP-2.8",
    "python-2": "PSF-2.0",
    "python-software-foundation": "PSF-2.0",
}
GNU = re.compile(
    r"(A?GPL|LGPL|GFDL)(-NIV)?-?v?(\d)(?:\.(\d))?(\+|-or-later|-only)?", re.IGNORECASE
)
UNKNOWN = "LicenseRef-"


def of(stated: Iterable[str]) -> list[License]:
    """One licence of all that are stated: an id of SPDX, or an expression."""
    parts = sorted(set().union(*map(conjuncts, stated)))
    expression = " AND ".join(
        f"({one})" if " OR " in one and len(parts) > 1 else one for one in parts
    )
    if not expression:
        return []
    known = fixup_id(expression)
    return [DisjunctiveLicense(id=known) if known else LicenseExpression(expression)]


def conjuncts(text: str) -> set[str]:
    """The expressions that hold together, of one of SPDX or one as Debian writes it.

    Of Debian's, "and" binds stronger than "or", but ", and" binds the weakest.
    """
    if "(" in text and is_expression(text):
        return {re.sub(r"[^\s()]+", lambda word: canonical(word[0]), text)}
    found = set()
    for group in re.split(r",\s+and\s+", text):
        choices = [
            sorted({spdx(name) for name in re.split(r"\s+and\s+", choice, flags=re.I)})
            for choice in re.split(r",?\s+or\s+", group, flags=re.I)
        ]
        together = [" AND ".join(choice) for choice in choices]
        found.update(choices[0] if len(choices) == 1 else [" OR ".join(together)])
    return found


def canonical(word: str) -> str:
    """A word of an expression: an operator or a name."""
    return word.upper() if word.upper() in ("AND", "OR", "WITH") else spdx(word)


def spdx(name: str) -> str:
    """SPDX's id of one licence, else a reference that only names it."""
    excepted = re.fullmatch(r"(.+?)[ -]with[ -](.+)", name, re.IGNORECASE)
    if excepted:
        exception = excepted[2].replace(" ", "-")
        expression = f"{spdx(excepted[1])} WITH {exception}"
        if not is_expression(expression):
            expression = expression.removesuffix("-exception")
        return expression if is_expression(expression) else reference(name)
    plain = re.sub(r"[ /]+", "-", name.strip())
    candidates = [plain, f"{plain}.0", NAMES.get(plain.lower(), ""), gnu(plain)]
    return next(filter(None, map(fixup_id, reversed(candidates))), reference(name))


def gnu(name: str) -> str:
    """SPDX's id of a licence of GNU, such as of GPL-2+ and LGPLv2.1."""
    found = GNU.fullmatch(name)
    if not found:
        return ""
    family, invariants, major, minor, later = found.groups()
    middle = "-no-invariants" if invariants else ""
    last = "only" if later in (None, "-only") else "or-later"
    return f"{family}-{major}.{minor or 0}{middle}-{last}"


def reference(name: str) -> str:
    name = name.replace("+", "-or-later")
    return UNKNOWN + re.sub(r"[^A-Za-z0-9.]+", "-", name).strip("-")


def metadata(path: Path) -> Iterable[RawMetadata]:
    """Of every distribution of Python that is installed below a path."""
    for file in sorted(path.glob("lib/python3*/site-packages/*.dist-info/METADATA")):
        yield parse_email(file.read_bytes())[0]


def stated_of(path: Path, name: str) -> RawMetadata:
    """The metadata of one distribution below a path; empty where there is none."""
    found = (
        one
        for one in metadata(path)
        if canonicalize_name(one["name"]) == canonicalize_name(name)
    )
    return next(found, RawMetadata())


def of_python(stated: RawMetadata) -> list[License]:
    """A distribution's expression, else what SPDX knows of classifiers or a line.

    A classifier may name a family alone, and classifiers offer no choice.
    """
    if expression := stated.get("license_expression"):
        return of([expression])
    line = stated.get("license", "").strip()
    lines = [line] if line and "\n" not in line else []
    classifiers = [
        short_name(classifier.rpartition(" :: ")[2])
        for classifier in stated.get("classifiers", [])
        if classifier.startswith("License :: ")
        and classifier != "License :: OSI Approved"
    ]
    order = [lines, classifiers] if " or " in line.lower() else [classifiers, lines]
    known = [names for names in order if are_known(names)]
    return of(known[0] if known else classifiers or lines)


def are_known(names: list[str]) -> bool:
    """Whether SPDX has all of them."""
    return bool(names) and UNKNOWN not in "".join(set().union(*map(conjuncts, names)))


def short_name(classifier: str) -> str:
    """The name that SPDX may know: of "GNU … v3 (GPLv3)", what is in brackets."""
    inner = re.search(r"\((.+)\)$", classifier)
    name = inner[1] if inner else classifier.removesuffix(" License")
    return classifier if UNKNOWN in spdx(name) else name
