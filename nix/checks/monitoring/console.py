"""Whether the service's own Prometheus starts as configured, and its console shows."""

import os
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

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
            page = console(process)
            process.terminate()
    return None if "<html" in page.lower() else page


if __name__ == "__main__":
    sys.exit(main())
