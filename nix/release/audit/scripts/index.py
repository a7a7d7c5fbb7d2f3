"""PyPI's packages, by the vulnerabilities that the machine's package index knows of."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import requests
from packages import Answer, Package, State

type Document = dict[str, Any]


def ask_pip(*arguments: str) -> str:
    return subprocess.run(
        [sys.executable, "-m", "pip", *arguments],
        capture_output=True,
        text=True,
        check=True,
    ).stdout


def settings(listed: str, help_text: str) -> dict[str, str]:
    """pip's options that are set, and the index that it takes without one.

    Args:
        listed: what `pip config list` prints: the environment's come first, and go
            first.
        help_text: what `pip download --help` prints.
    """
    found: dict[str, str] = {}
    for line in listed.splitlines():
        key, _, value = line.partition("=")
        if key.startswith((":env:.", "global.")):
            found.setdefault(key.rpartition(".")[2], str(ast.literal_eval(value)))
    default = re.search(
        r"--index-url <url>.*?\(default\s+(\S+?)\)", help_text, re.DOTALL
    )
    if default:
        found.setdefault("index-url", default[1])
    return found


def addresses(index: str, package: Package) -> list[str]:
    """The JSON API's of one version, and of the newest one, which more mirrors have."""
    parts = urlsplit(index)
    folder = parts.path.rstrip("/").removesuffix("/simple")
    names = [f"{package.name}/{package.version}", package.name]
    return [
        urlunsplit(parts._replace(path=f"{folder}/pypi/{name}/json")) for name in names
    ]


class Index:
    """A package index."""

    def __init__(self, options: dict[str, str]) -> None:
        self.address = options["index-url"]
        self.session = requests.Session()
        if "cert" in options:
            self.session.verify = options["cert"]
        self.reached = True

    def get(self, address: str) -> Document | None:
        """A document, or nothing where the index has none there.

        Raises:
            requests.RequestException: no answer, or none that is JSON.
        """
        answer = self.session.get(address, timeout=60)
        if answer.status_code == requests.codes.not_found:
            return None
        answer.raise_for_status()
        document: Document = answer.json()
        return document

    def check(self, package: Package) -> Answer:
        try:
            return self.answer(package)
        except requests.ConnectionError:
            self.reached = False
            return not_reached(package)
        except requests.RequestException as error:
            words = re.sub("//[^/@ ]*@", "//", str(error))  # without a password
            return Answer(
                package, State.NOT_CHECKED, f"the package index failed: {words}"
            )
        except (AttributeError, LookupError, TypeError):
            return Answer(
                package, State.NOT_CHECKED, "the package index answers nonsense"
            )

    def answer(self, package: Package) -> Answer:
        exact, newest = addresses(self.address, package)
        document = self.get(exact) or self.get(newest)
        if not document or "vulnerabilities" not in document:
            fault = "the package index does not tell of vulnerabilities"
        elif not isinstance(document["vulnerabilities"], list):
            fault = "the package index answers nonsense"
        elif (version := document["info"]["version"]) != package.version:
            fault = f"the package index tells of the newest version alone, {version}"
        else:
            return judge(package, document["vulnerabilities"])
        return Answer(package, State.NOT_CHECKED, fault)


def not_reached(package: Package) -> Answer:
    return Answer(package, State.NOT_CHECKED, "the package index was not reached")


def not_configured(package: Package) -> Answer:
    return Answer(
        package, State.NOT_CHECKED, "pip fails: `python3 -m pip config list` says why"
    )


def judge(package: Package, vulnerabilities: list[Document]) -> Answer:
    """An answer by the JSON API's list of vulnerabilities of one version."""
    known = [one for one in vulnerabilities if not one.get("withdrawn")]
    if not known:
        return Answer(package, State.NONE_KNOWN)
    # Two databases may have the same one.
    ids = tuple(
        {frozenset([one["id"], *one.get("aliases", [])]): None for one in known}
    )
    fixed = sorted({version for one in known for version in one.get("fixed_in", [])})
    renewed = f"fixed in {', '.join(fixed)}: ./nixw relock wheels {package.name}"
    return Answer(
        package, State.FOUND, renewed if fixed else "no fixed version is known", ids
    )


def check(packages: list[Package]) -> Iterator[Answer]:
    """An answer for each of PyPI's packages."""
    try:
        index = Index(
            settings(ask_pip("config", "list"), ask_pip("download", "--help"))
        )
    except subprocess.CalledProcessError:
        yield from map(not_configured, packages)
        return
    for package in packages:
        yield index.check(package) if index.reached else not_reached(package)
