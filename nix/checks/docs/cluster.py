"""Draw the cluster as docker-compose.yaml has it, as SVG on standard output.

    cluster.py COMPOSE STARTS

COMPOSE is the file, STARTS the start.sh of `metrics`, which says whom it scrapes. Each
service that stays up has a box; one that its profile must ask for has a dashed one.
"""

import re
import sys
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any

import yaml

# Column, row, and what runs there.
PLACES = {
    "client": (0, 0, "a person or a program"),
    "server": (0, 1, "nginx, uWSGI, Django"),
    "db": (0, 2, "PostgreSQL"),
    "log": (1, 0, "syslog"),
    "metrics": (1, 1, "Prometheus, the console"),
    "db-metrics": (1, 2, "its statistics, as metrics"),
    "metrics-graph": (2, 0, "Grafana"),
    "alerts": (2, 1, "Alertmanager"),
    "backup": (2, 2, "base backups, WAL"),
}
# What neither file says.
MORE = [
    ("client", "server"),
    ("metrics", "alerts"),
    ("metrics", "backup"),
    ("metrics-graph", "metrics"),
]
WIDTH, HEIGHT, ACROSS, DOWN = 190, 74, 270, 140
STYLE = """
  text { font: 14px system-ui, sans-serif; fill: #222; text-anchor: middle; }
  .name { font-weight: bold; } .more { font-size: 12px; }
  rect { fill: #f4f7fa; stroke: #47617a; } path { fill: none; stroke: #47617a; }
  .asked { stroke-dasharray: 5 4; } marker path { fill: #47617a; stroke: none; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6e6e6; } rect { fill: #1d2833; stroke: #9db8d2; }
    path { stroke: #9db8d2; } marker path { fill: #9db8d2; }
  }
"""
ARROW = (
    '<defs><marker id="end" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" '
    'markerHeight="8" orient="auto"><path d="M0 0L8 4L0 8z"/></marker></defs>'
)


def staying(compose: dict[str, Any]) -> dict[str, Any]:
    """The services that are no command of a person's, and who uses them.

    Raises:
        SystemExit: PLACES is not of these services.
    """
    found = {
        name: service
        for name, service in compose["services"].items()
        if service["restart"] == "always"
    }
    found = {"client": {}, **found}
    if wrong := found.keys() ^ PLACES.keys():
        sys.exit(f"Give it a place in cluster.py, or none: {', '.join(sorted(wrong))}.")
    return found


def links(services: dict[str, Any], starts: str) -> Iterator[tuple[str, str]]:
    """Who opens connections to whom."""
    yield from MORE
    for name, service in services.items():
        for value in service.get("environment", {}).values():
            if value in services:
                yield name, value
    for scraped in re.findall(r"dns:([a-z-]+):\d+", starts):
        yield "metrics", scraped


def corner(name: str) -> tuple[int, int]:
    column, row, _ = PLACES[name]
    return 5 + column * ACROSS, 5 + row * DOWN


def box(name: str, service: dict[str, Any]) -> Iterator[str]:
    x, y = corner(name)
    asked = ' class="asked"' if service.get("profiles") else ""
    yield f'<rect x="{x}" y="{y}" width="{WIDTH}" height="{HEIGHT}" rx="8"{asked}/>'
    ports = {
        str(port).removesuffix("/udp").split(":")[-1]
        for port in service.get("ports", [])
    }
    volumes = [str(one).split(":")[0] for one in service.get("volumes", [])]
    about = [f"port {port}" for port in sorted(ports)]
    about += [f"volume {', '.join(volumes)}"] if volumes else []
    lines = [("name", name), ("", PLACES[name][2]), ("more", " · ".join(about))]
    for number, (kind, text) in enumerate(lines):
        place = f'x="{x + WIDTH // 2}" y="{y + 24 + 19 * number}"'
        yield f'<text {place} class="{kind}">{escape(text)}</text>'


def arrow(start: str, end: str, asked: bool) -> str:
    """From the side of one box to the side of another that faces it."""
    (x1, y1), (x2, y2) = corner(start), corner(end)
    across, down = (x2 > x1) - (x2 < x1), (y2 > y1) - (y2 < y1)
    middle = (WIDTH // 2, HEIGHT // 2)
    x1, x2 = x1 + middle[0] * (1 + across), x2 + middle[0] * (1 - across)
    y1, y2 = y1 + middle[1] * (1 + down), y2 + middle[1] * (1 - down)
    way = f"M{x1} {y1}L{x2} {y2}"
    if abs(PLACES[start][0] - PLACES[end][0]) > 1:  # below what is between
        x1, x2 = x1 - across * middle[0], x2 + across * middle[0]
        y1, y2 = y1 + middle[1], y2 + middle[1]
        way = f"M{x1} {y1}C{x1} {y1 + 45} {x2} {y2 + 45} {x2} {y2}"
    kind = ' class="asked"' if asked else ""
    return f'<path d="{way}" marker-end="url(#end)"{kind}/>'


def draw(services: dict[str, Any], starts: str) -> Iterator[str]:
    width = 2 * ACROSS + WIDTH + 10
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {3 * DOWN}" '
        f'width="{width}" height="{3 * DOWN}" role="img">'
    )
    yield "<title>The services of the cluster, and who connects to whom</title>"
    yield f"<style>{STYLE}</style>"
    yield ARROW
    for start, end in sorted(set(links(services, starts))):
        asked = any("profiles" in services[name] for name in (start, end))
        yield arrow(start, end, asked)
    for name, service in services.items():
        yield from box(name, service)
    yield "</svg>"


def main() -> None:
    compose = yaml.safe_load(Path(sys.argv[1]).read_text())
    starts = Path(sys.argv[2]).read_text()
    print("\n".join(draw(staying(compose), starts)))


if __name__ == "__main__":
    main()
