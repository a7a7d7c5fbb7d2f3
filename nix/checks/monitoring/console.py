"""Whether the service's own Prometheus starts as configured, and its console shows.

    console.py DASHBOARDS

DASHBOARDS is the folder of all dashboards, whose plots the console must have.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

ADDRESS = "127.0.0.1:19090"
# The jobs have the names that the cluster's have; nobody answers there.
TARGETS = dict.fromkeys(
    ("SERVER_TARGETS", "DB_METRICS_TARGETS", "LOG_TARGETS"), "static:127.0.0.1:9"
)
SECONDS = 120


def get(path: str) -> str:
    """What is answered, also with an error's status; nothing while nobody answers."""
    try:
        with urllib.request.urlopen(f"http://{ADDRESS}{path}", timeout=10) as answer:
            return str(answer.read().decode())
    except urllib.error.HTTPError as error:
        return f"{error.code}: {error.read().decode()}"
    except OSError:
        return ""


def console(process: "subprocess.Popen[bytes]") -> str:
    """The page, once Prometheus is ready."""
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        if "Ready" in get("/-/ready"):
            return get("/consoles/index.html")
        time.sleep(0.2)
    return "Prometheus did not start; its words above say why."


def faults(page: str) -> list[str]:
    """What a browser would miss, while Prometheus runs."""
    if "<html" not in page.lower():
        return [page]
    files = re.findall(r'(?:href|src)="\.\./(user/[^"]+)"', page)
    shown = re.search(r'data-dashboards="([^"]*)"', page)
    names = shown[1].split() if shown else []
    files += [f"user/dashboards/{name}" for name in names]
    answers = {file: get(f"/{file}") for file in files}
    missing = [file for file, text in answers.items() if re.match(r"$|\d{3}: ", text)]
    if missing:
        return [f"The console lacks its file {file}." for file in missing]
    drawn = [json.loads(answers[f"user/dashboards/{name}"]) for name in names]
    expected = [json.loads(file.read_text()) for file in Path(sys.argv[1]).iterdir()]
    return [
        f"The console does not plot the dashboard {one['title']}."
        for one in expected
        if one not in drawn
    ]


def main() -> str | None:
    with tempfile.TemporaryDirectory() as data, tempfile.TemporaryDirectory() as run:
        places = {
            "METRICS_DIR": data,
            "METRICS_RUN_DIR": run,
            "METRICS_LISTEN": ADDRESS,
        }
        with subprocess.Popen(
            ["service-metrics"], env={**os.environ, **places, **TARGETS}
        ) as process:
            found = faults(console(process))
            process.terminate()
    return "\n".join(found) or None


if __name__ == "__main__":
    sys.exit(main())
