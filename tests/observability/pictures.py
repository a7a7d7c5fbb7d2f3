"""Pictures of the console under load, and what it weighs. Not collected: by its name,

    PICTURES=FOLDER MINUTES=15 pytest tests/observability/pictures.py -s

with a folder that the caller may write.
"""

import os
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random

import pytest
import requests

from support.browser import Browser, browsing
from support.cluster import Cluster

FOLDER = Path(os.environ.get("PICTURES", "."))
SECONDS = 60 * float(os.environ.get("MINUTES", "2"))
REQUESTS = [("GET", "/item/"), ("GET", "/item/"), ("POST", "/item/"), ("GET", "/none/")]
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
    until, pause = time.monotonic() + seconds, 0.1
    while time.monotonic() < until:
        method, path = random.choice(REQUESTS)
        body = {"text": "hello"} if method == "POST" else None
        requests.request(method, f"{cluster.server.url}{path}", json=body, timeout=30)
        pause = min(0.3, max(0.02, pause * random.uniform(0.9, 1.11)))
        time.sleep(pause)


def load(cluster: Cluster) -> None:
    """One release, then another one; at the end the table is locked for a while."""
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
        with cluster.database.locked("item_item"):
            ask(cluster, 10, Random(3))
    time.sleep(15)  # the rules see it then


def measure(browser: Browser, url: str) -> None:
    """A first visit: milliseconds to the first plot, bytes by file."""
    browser.open(url)
    print(f"first plot after {browser.evaluate(FIRST)} ms")
    time.sleep(5)
    read = browser.evaluate(READ)
    queries = [size for name, size in read if name == "query_range"]
    for name, size in [one for one in read if one[0] != "query_range"]:
        print(f"{size:8} {name}")
    print(f"{sum(queries):8} in {len(queries)} queries")


@pytest.mark.timeout(7200)
def test_pictures(tmp_path: Path) -> None:
    cluster = Cluster(tmp_path)
    url = f"{cluster.metrics.url}/consoles/index.html"
    try:
        cluster.start()
        load(cluster)
        with browsing(tmp_path / "browser") as browser:
            for _ in range(3):
                measure(browser, url)
            for name, width, dark in (
                ("console", 1280, False),
                ("console-phone", 390, True),
            ):
                browser.open(url, width=width, dark=dark)
                browser.evaluate(FIRST)
                time.sleep(5)
                browser.evaluate(PLOTS)
                time.sleep(1)
                browser.picture(FOLDER / f"{name}.png")
    finally:
        cluster.end()
