"""Pictures of the console under load, and what it weighs. Not collected: by its name,

    PICTURES=FOLDER MINUTES=15 pytest tests/observability/pictures.py -s

with a folder that the caller may write. docs/run.md has the figures that it prints.
"""

import os
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random

import pytest

from conftest import WELL, fail, make
from support.browser import Browser, browsing
from support.cluster import Cluster

FOLDER = Path(os.environ.get("PICTURES", "."))
SECONDS = 60 * float(os.environ.get("MINUTES", "2"))
LOOKS: dict[str, dict[str, int | bool]] = {
    "console": {},
    "console-phone": {"width": 390, "dark": True},
}
PLOTS = "document.querySelector('#plots').scrollIntoView()"
# Once the first plot is there, when that was; and what all that was read weighs.
FIRST = """
  new Promise((done) => {
    const look = () => document.querySelector("figure canvas")
      ? done(Math.round(performance.now())) : requestAnimationFrame(look);
    look();
  })
"""
READ = """
  [...performance.getEntriesByType("navigation"),
   ...performance.getEntriesByType("resource")]
    .map((one) => [one.name.replace(/.*\\/|\\?.*/g, ""), one.transferSize])
"""


def ask(cluster: Cluster, seconds: float, random: Random) -> None:
    """Requests of a client that has quick and slow minutes."""
    until = time.monotonic() + seconds
    pause = 0.1
    while time.monotonic() < until:
        make(cluster, *random.choice(list(WELL)))
        pause = min(0.3, max(0.02, pause * random.uniform(0.9, 1.11)))
        time.sleep(pause)


def load(cluster: Cluster) -> None:
    """A quarter with one release, then another one, with a fault at its end."""
    with ThreadPoolExecutor() as clients:
        for version, part in (("1.4.0", 0.6), ("1.5.0", 0.4)):
            cluster.server.stop()
            cluster.server.environment["SERVICE_VERSION"] = version
            cluster.server.start()
            asked = [
                clients.submit(ask, cluster, SECONDS * part, Random(number))
                for number in range(3)
            ]
            for one in asked:
                one.result()
    fail(cluster, 10)


def measure(browser: Browser, url: str) -> None:
    """A first visit: milliseconds to the first plot, bytes by kind of file."""
    browser.open(url)
    print(f"first plot after {browser.evaluate(FIRST)} ms")
    time.sleep(5)
    for name, size in browser.evaluate(READ):
        if name != "query_range":
            print(f"{size:8} {name}")
    queries = [size for name, size in browser.evaluate(READ) if name == "query_range"]
    print(f"{sum(queries):8} in {len(queries)} queries")


@pytest.mark.timeout(7200)
def test_pictures(cluster, tmp_path):
    load(cluster)
    url = f"{cluster.metrics.url}/consoles/index.html"
    time.sleep(15)
    with browsing(tmp_path / "first") as browser:
        measure(browser, url)
        for name, looks in LOOKS.items():
            browser.open(url, **looks)
            browser.wait("document.querySelectorAll('figure').length > 10", "No plots.")
            time.sleep(5)
            browser.evaluate(PLOTS)
            time.sleep(1)
            browser.picture(FOLDER / f"{name}.png")
