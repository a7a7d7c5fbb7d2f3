"""Whether the cluster's services are well, asked as their clients would."""

import socket
import subprocess
import time
import urllib.error
import urllib.request

# The caller's http_proxy is not for this machine's own services.
opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def answers(url: str) -> bool:
    try:
        with opener.open(url, timeout=2):
            return True
    except (urllib.error.URLError, OSError):
        return False


def accepts(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2):
            return True
    except OSError:
        return False


def healthy(ports: dict[str, int]) -> bool:
    """Whether every service is; the server's own check asks the database."""
    return (
        answers(f"http://127.0.0.1:{ports['SERVER_PORT']}/healthcheck/")
        and answers(f"http://127.0.0.1:{ports['METRICS_PORT']}/-/ready")
        and answers(f"http://127.0.0.1:{ports['DB_METRICS_PORT']}/")
        and accepts(ports["LOG_PORT"])
    )


def wait(
    supervisor: subprocess.Popen[bytes], ports: dict[str, int], seconds: float = 120
) -> bool:
    """Whether all became healthy before the supervisor ended or time was up."""
    deadline = time.monotonic() + seconds
    while supervisor.poll() is None and time.monotonic() < deadline:
        if healthy(ports):
            return True
        time.sleep(0.05)
    return False
