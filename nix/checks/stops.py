"""Hold the table of stop times in docs/architecture.md against the files that set them.

    stops.py ARCHITECTURE SERVER CLUSTER COMPOSE

SERVER and CLUSTER are folders with the configuration files. Each row of the table has a name, its
seconds, and the names that it must outlast, one after the other. Exit status 1 and a line for each
row that is not so.
"""

import configparser
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import yaml

ROW = re.compile(r"^\| `([^`]+)` \| (\d+) s \|(.*)\|$", re.MULTILINE)


def supervised(file: Path, prefix: str) -> dict[str, int]:
    """The seconds that a supervisord.conf gives each program to stop."""
    parser = configparser.RawConfigParser()
    parser.read(file)
    programs = [name for name in parser.sections() if name.startswith("program:")]
    return {
        f"{prefix} {name.removeprefix('program:')}": parser.getint(name, "stopwaitsecs")
        for name in programs
    }


def seconds_in(file: Path, setting: str) -> int:
    found = re.search(rf"^\s*{setting}\s*=?\s*(\d+)", file.read_text(), re.MULTILINE)
    return int(found[1]) if found else 0


def is_set(server: Path, cluster: Path, compose: Path) -> dict[str, int]:
    """Every stop time by the name that the table has for it."""
    services = yaml.safe_load(compose.read_text())["services"]
    graces = {name: str(service.get("stop_grace_period", "")) for name, service in services.items()}
    return {
        "nginx uwsgi_read_timeout": seconds_in(server / "nginx.conf", "uwsgi_read_timeout"),
        "uwsgi harakiri": seconds_in(server / "uwsgi.ini", "harakiri"),
        "uwsgi worker-reload-mercy": seconds_in(server / "uwsgi.ini", "worker-reload-mercy"),
        **supervised(server / "supervisord.conf", "server"),
        **supervised(server / "worker.conf", "server"),
        **supervised(cluster / "supervisord.conf", "cluster"),
        **{
            f"compose {name}": int(grace.removesuffix("s"))
            for name, grace in graces.items()
            if grace
        },
    }


def faults(text: str, values: dict[str, int]) -> Iterator[str]:
    rows = {
        name: (int(seconds), re.findall(r"`([^`]+)`", outlasted))
        for name, seconds, outlasted in ROW.findall(text)
    }
    for name in rows.keys() ^ values.keys():
        yield f"{name} is in the table or in a file, but not in both"
    for name in rows.keys() & values.keys():
        seconds, outlasted = rows[name]
        if seconds != values[name]:
            yield f"{name} is {values[name]} s, and {seconds} s in the table"
        least = sum(values.get(other, 0) for other in outlasted)
        if values[name] < least:
            yield f"{name} ({values[name]} s) ends before {' and '.join(outlasted)} ({least} s)"


def main() -> int:
    architecture, *files = map(Path, sys.argv[1:])
    found = sorted(faults(architecture.read_text(), is_set(*files)))
    print("\n".join(found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
