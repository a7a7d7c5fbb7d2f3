"""Hold the table of stop times in docs/architecture.md against the files that set them.

    stops.py ARCHITECTURE SERVER EDGE CLUSTER COMPOSE PRODUCTION

SERVER, EDGE and CLUSTER are folders with the configuration files, the last two are
compose files. Each row of the table has a name, its seconds, and the names that it must
outlast, one after the other. Exit status 1 and a line for each row that is not so.
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


def graces(file: Path, prefix: str) -> dict[str, int]:
    """The seconds that a compose file gives each service to stop."""
    services = yaml.safe_load(file.read_text())["services"]
    return {
        f"{prefix} {name}": int(service["stop_grace_period"].removesuffix("s"))
        for name, service in services.items()
        if "stop_grace_period" in service
    }


def drained(file: Path) -> dict[str, int]:
    """The seconds that each server of a compose file drains."""
    services = yaml.safe_load(file.read_text())["services"]
    return {
        f"production {name} DRAIN_SECONDS": int(service["environment"]["DRAIN_SECONDS"])
        for name, service in services.items()
        if "DRAIN_SECONDS" in service.get("environment", {})
    }


def is_set(
    server: Path, edge: Path, cluster: Path, compose: Path, production: Path
) -> dict[str, int]:
    """Every stop time by the name that the table has for it."""
    return {
        "nginx uwsgi_read_timeout": seconds_in(
            server / "nginx.conf", "uwsgi_read_timeout"
        ),
        "uwsgi harakiri": seconds_in(server / "uwsgi.ini", "harakiri"),
        "uwsgi worker-reload-mercy": seconds_in(
            server / "uwsgi.ini", "worker-reload-mercy"
        ),
        "caddy grace_period": seconds_in(edge / "Caddyfile", "grace_period"),
        **supervised(server / "supervisord.conf", "server"),
        **supervised(server / "worker.conf", "server"),
        **supervised(edge / "supervisord.conf", "edge"),
        **supervised(cluster / "supervisord.conf", "cluster"),
        **graces(compose, "compose"),
        **graces(production, "production"),
        **drained(production),
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
            yield (
                f"{name} ({values[name]} s) ends before "
                f"{' and '.join(outlasted)} ({least} s)"
            )


def main() -> int:
    architecture, *files = map(Path, sys.argv[1:])
    found = sorted(faults(architecture.read_text(), is_set(*files)))
    print("\n".join(found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
