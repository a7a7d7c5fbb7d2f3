"""Whether the cluster's services are well, asked as their clients would."""

import re
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

Checks = dict[str, Callable[[], bool]]
PATIENCE = 120  # seconds until all are well

# The caller's http_proxy is not for this machine's own services.
opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def read(port: str, path: str) -> str | None:
    """What a local service answers; None where it does not, or refuses."""
    try:
        with opener.open(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
            return str(answer.read(), errors="replace")
    except (urllib.error.URLError, OSError):
        return None


def accepts(port: str) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", int(port)), timeout=2):
            return True
    except OSError:
        return False


def has_all(metrics: str | None) -> bool:
    """Whether the server reports each thing that it depends on as well."""
    up = re.findall(r"^service_dependency_up\{.*\} (\S+)$", metrics or "", re.MULTILINE)
    return bool(up) and all(float(value) for value in up)


def checks(variables: dict[str, str]) -> Checks:
    """How to ask each service, by its name; none writes an access line.

    nginx answers, and logs, before there is a worker: its socket is waited for.
    """
    worker = Path(variables["CLUSTER_DIR"], "server", "uwsgi.sock")
    return {
        "log": lambda: accepts(variables["LOG_PORT"]),
        "db": lambda: accepts(variables["DB_PORT"]),
        "db-metrics": lambda: read(variables["DB_METRICS_PORT"], "/") is not None,
        "metrics": lambda: read(variables["METRICS_PORT"], "/-/ready") is not None,
        "server": lambda: (
            worker.exists()
            and has_all(read(variables["SERVER_METRICS_PORT"], "/metrics"))
        ),
    }


def wait(
    supervisor: subprocess.Popen[bytes],
    checks: Checks,
    report: Callable[[str], None],
) -> list[str]:
    """The services that are not well when the supervisor ended or time was up.

    Args:
        report: gets a line for each service that is.
    """
    begun, over = time.monotonic(), threading.Event()

    def look(name: str) -> bool:
        while not over.is_set():
            if checks[name]():
                report(f"{name} | ready after {time.monotonic() - begun:.1f} s")
                return True
            time.sleep(0.05)
        return False

    # One thread each: a server that starts is slow to answer.
    with ThreadPoolExecutor(len(checks)) as pool:
        looks = {name: pool.submit(look, name) for name in checks}
        while (
            not all(found.done() for found in looks.values())
            and supervisor.poll() is None
            and time.monotonic() - begun < PATIENCE
        ):
            time.sleep(0.05)
        over.set()
    return [name for name, found in looks.items() if not found.result()]
