"""Reads, and a right login from a quiet network, while many networks try passwords.

    logins.py

Starts a database and a server with one worker on this machine. Prints the milliseconds
of one password check by the service's hasher, by Django's own argon2 settings and by
PBKDF2; then, for 30 s each, the milliseconds of reads in a quiet time, and while 50
networks send one wrong login every 6 s each; and the seconds of a right login
meanwhile.
"""

import argparse
import os
import statistics
import subprocess
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

import requests

from support.processes import Database, Server

SECONDS = 30
NETWORKS = 50
CHECKS = """
import timeit
from django.contrib.auth import hashers
from chassis.hashers import Argon2PasswordHasher
for hasher in (Argon2PasswordHasher(), hashers.Argon2PasswordHasher(), \
hashers.PBKDF2PasswordHasher()):
    encoded = hasher.encode("secret", "s" * 22)
    times = timeit.repeat(lambda: hasher.verify("secret", encoded), number=1, repeat=15)
    print(f"{type(hasher).__module__}.{type(hasher).__name__}: \
{sorted(times)[7] * 1000:.0f} ms a check")
"""


def manage(server: Server, *arguments: str) -> None:
    environment = {**server.environment, "DJANGO_SUPERUSER_PASSWORD": "right"}
    subprocess.run(
        ["service-server", "manage", *arguments], env=environment, check=True
    )


def log_in(server: Server, address: str, name: str, password: str) -> int:
    """The status of a browser's login, from an address that the proxy names."""
    page = f"{server.url}/admin/login/"
    with requests.Session() as session:
        session.headers["X-Forwarded-For"] = address
        token = session.get(page, timeout=30).cookies["csrftoken"]
        form = {"username": name, "password": password, "csrfmiddlewaretoken": token}
        return session.post(page, form, timeout=30, allow_redirects=False).status_code


def try_passwords(
    server: Server, address: str, statuses: Counter[int], stop: threading.Event
) -> None:
    while not stop.wait(6):
        statuses[log_in(server, address, "admin", "wrong")] += 1


def read(server: Server, seconds: float) -> list[float]:
    """Milliseconds of each read, fifty a second."""
    session, times, end = requests.Session(), [], time.monotonic() + seconds
    while (sent := time.monotonic()) < end:
        session.get(f"{server.url}/tweet/1/", timeout=30).raise_for_status()
        times.append((time.monotonic() - sent) * 1000)
        time.sleep(max(0, 0.02 - (time.monotonic() - sent)))
    return times


def report(name: str, times: list[float]) -> None:
    cuts = statistics.quantiles(times, n=100)
    print(
        f"reads, {name}: p50 {cuts[49]:.1f} ms, p99 {cuts[98]:.1f} ms, "
        f"maximum {max(times):.1f} ms"
    )


def measure(server: Server) -> None:
    report("quiet", read(server, SECONDS))
    statuses: Counter[int] = Counter()
    stop = threading.Event()
    guessers = [
        threading.Thread(
            target=try_passwords, args=(server, f"192.0.{number}.1", statuses, stop)
        )
        for number in range(NETWORKS)
    ]
    for guesser in guessers:
        time.sleep(6 / NETWORKS)
        guesser.start()
    report("beside wrong logins", read(server, SECONDS))
    asked = time.monotonic()
    status = log_in(server, "198.51.100.1", "admin", "right")
    print(
        f"right login from a quiet address: {status} "
        f"after {time.monotonic() - asked:.2f} s"
    )
    stop.set()
    for guesser in guessers:
        guesser.join()
    print(f"wrong logins: {dict(statuses)}")


def main() -> None:
    argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    ).parse_args()
    os.environ.pop("DEBUG_MODE", None)  # for a server in production settings
    with tempfile.TemporaryDirectory(prefix="logins-", dir="/tmp") as directory:
        database = Database(Path(directory, "db"))
        database.directory.mkdir()
        server = Server(
            Path(directory, "server"), database, TRUSTED_PROXIES="127.0.0.1"
        )
        try:
            database.start()
            server.start()
            manage(
                server,
                "createsuperuser",
                "--noinput",
                "--username=admin",
                "--email=admin@example.com",
            )
            manage(server, "shell", "--no-imports", "--command", CHECKS)
            measure(server)
        finally:
            server.end()
            database.end()


if __name__ == "__main__":
    main()
