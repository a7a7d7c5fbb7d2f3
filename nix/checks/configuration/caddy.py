"""Caddy judges its configuration as the edge's start makes it.

It does so with each kind of certificate and of upstream.

    caddy.py START

START is start.py, whose environment this has. Exit status 1 where Caddy refuses one.
"""

import os
import runpy
import subprocess
import sys
from pathlib import Path

KEY = Path("key.pem").absolute()
CASES = [
    {
        "EDGE_NAMES": "api.example.com,www.example.com",
        "EDGE_EMAIL": "ops@example.com",
        "EDGE_ACME_URL": "https://acme.example.com/directory",
    },
    {"EDGE_OWN_AUTHORITY": "true", "EDGE_UPSTREAMS": "dns:server:8080"},
    {"EDGE_CERTIFICATE": str(KEY), "EDGE_KEY": str(KEY)},
]


def judge(start: dict[str, object], case: dict[str, str]) -> None:
    """Prepare a run directory and let Caddy read it.

    Raises:
        subprocess.CalledProcessError: Caddy refuses it.
    """
    run, data = Path("edge").absolute(), Path("edge-data").absolute()
    run.mkdir(exist_ok=True)
    os.environ.update(case, EDGE_DIR=str(data), RUN_DIR=str(run), HOME=str(data))
    start["read_environment"]()  # type: ignore[operator]
    start["prepare"](run)  # type: ignore[operator]
    # The content of a certificate is another matter.
    kind = "adapt" if "EDGE_CERTIFICATE" in case else "validate"
    subprocess.run(["caddy", kind, "--config", "Caddyfile"], cwd=run, check=True)


def main() -> None:
    KEY.touch()
    start, given = runpy.run_path(sys.argv[1]), dict(os.environ)
    for case in CASES:
        os.environ.clear()
        os.environ.update(given)
        judge(start, case)


if __name__ == "__main__":
    main()
