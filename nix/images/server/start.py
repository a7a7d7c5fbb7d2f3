"""Prepare the run directory and become the supervisor of nginx and uWSGI.

    start.py                serve
    start.py worker ARGS…   serve, and run manage.py as a program beside the others
    start.py manage ARGS…   run manage.py
    start.py migrate ARGS…  run manage.py migrate

docs/variables.md has the environment variables.
"""

import errno
import importlib
import ipaddress
import os
import re
import resource
import shlex
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import NoReturn

DEFAULTS = {
    "LOG_FORMAT": "text",
    "RUN_DIR": "/run/service",
    "SERVER_LISTEN": "0.0.0.0:8080",
    "SERVER_METRICS_LISTEN": "0.0.0.0:9180",
    "API_RATE": "0",
    "API_REQUESTS": "128",
    "BODY_MEGABYTES": "1",
    "DRAIN_SECONDS": "0",
    "UWSGI_PROCESSES": "1",
    "UWSGI_THREADS": "1",
    "UWSGI_RELOAD_ON_RSS": "",
    "TRUSTED_PROXIES": "",
    "SYSLOG_HOST": "",
    "SYSLOG_PORT": "5514",
}

# What helps where the run directory cannot be used, beside naming another one.
ADVICE = {
    errno.EEXIST: "remove the file that is in its place",
    errno.ENOTDIR: "remove the file that is in its place",
    errno.EROFS: "mount a tmpfs there",
    errno.ENOSPC: "make room there",
    errno.EDQUOT: "make room there",
}


def fail(sentence: str) -> NoReturn:
    sys.exit(f"server: {sentence}")


def is_number(text: str) -> bool:
    """Whether it is a whole number that every program here can take."""
    return text.isascii() and text.isdecimal() and len(text) < 8


def check_numbers() -> None:
    """Look at what must be numbers.

    Raises:
        SystemExit: a variable is none, or out of range; the message names it.
    """
    for name in (
        "BODY_MEGABYTES",
        "UWSGI_PROCESSES",
        "UWSGI_THREADS",
        "UWSGI_RELOAD_ON_RSS",
    ):
        value = os.environ.get(name, "1")
        if not is_number(value) or int(value) < 1:
            fail(f"{name} must be a whole number above 0.")
    if (
        not is_number(os.environ["DRAIN_SECONDS"])
        or int(os.environ["DRAIN_SECONDS"]) > 600
    ):
        fail("DRAIN_SECONDS must be a whole number from 0 to 600.")
    if not is_number(os.environ["API_RATE"]) or int(os.environ["API_RATE"]) > 100_000:
        fail("API_RATE must be a whole number of requests a second, or 0 for no limit.")
    if (
        not is_number(os.environ["API_REQUESTS"])
        or int(os.environ["API_REQUESTS"]) > 256
    ):
        fail(
            "API_REQUESTS must be a whole number of requests, "
            "or 0 for no limit; at most 256."
        )
    if (
        not is_number(os.environ["SYSLOG_PORT"])
        or not 0 < int(os.environ["SYSLOG_PORT"]) < 65536
    ):
        fail("SYSLOG_PORT must be a port number.")


def read_environment() -> None:
    """Fill in what is not set.

    Raises:
        SystemExit: a variable is malformed; the message names it.
    """
    for name, value in DEFAULTS.items():
        os.environ.setdefault(name, value)
    if not os.environ["UWSGI_RELOAD_ON_RSS"]:
        del os.environ["UWSGI_RELOAD_ON_RSS"]  # for uWSGI none is 0
    check_numbers()
    if os.environ["LOG_FORMAT"] not in ("json", "text"):
        fail("LOG_FORMAT must be json or text.")
    if re.search(r'["$:\\]', os.environ["RUN_DIR"]):
        fail('RUN_DIR must be a directory without ", $, : or \\ in its name.')
    for name in ("SERVER_LISTEN", "SERVER_METRICS_LISTEN"):
        if not re.fullmatch(r"([0-9.]+|\[[0-9a-f:]+\]):[0-9]{1,5}", os.environ[name]):
            fail(f"{name} must be ADDRESS:PORT, such as 0.0.0.0:8080.")
    longest_queue = int(Path("/proc/sys/net/core/somaxconn").read_text())
    os.environ["UWSGI_LISTEN"] = str(min(1024, longest_queue))


def trusted_proxies() -> list[str]:
    networks = filter(
        None, (word.strip() for word in os.environ["TRUSTED_PROXIES"].split(","))
    )
    try:
        return [str(ipaddress.ip_network(network)) for network in networks]
    except ValueError as error:
        fail(f"TRUSTED_PROXIES must be addresses or networks: {error}.")


def check_settings() -> ModuleType:
    """Import Django's settings, which end the process with a sentence if wrong."""
    sys.path.insert(0, os.environ["DJANGO_SOURCE"])
    return importlib.import_module("config.settings")


def raise_file_limit() -> None:
    """Let nginx open as many connections as this user may.

    Docker's first limit can be 1024.
    """
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 65536), hard))


@contextmanager
def explained_failures(run: Path) -> Iterator[None]:
    """For what needs the run directory.

    Raises:
        SystemExit: it failed; the message names the directory, the user and what helps.
    """
    try:
        yield
    except OSError as error:
        advice = ADVICE.get(error.errno or 0, "let that uid own it and what is in it")
        # Of a link, the second name is the link.
        path = error.filename2 or error.filename or run
        fail(
            f"RUN_DIR={run} cannot be used by uid {os.geteuid()}: "
            f"{error.strerror or error}: {path}; "
            f"{advice}, or set RUN_DIR to a directory that this uid may make or write."
        )


def refuse_others(run: Path, owner: int) -> None:
    """Look for what another user's server left.

    nginx could not use its directories, and would not say so soon.

    Raises:
        PermissionError: there is such a file.
    """
    for path in run.iterdir():
        # Such as a tmpfs of its own.
        mounted = path.is_dir() and os.access(path, os.W_OK)
        if path.lstat().st_uid != owner and path.name != "lost+found" and not mounted:
            raise PermissionError(errno.EACCES, "It belongs to another user", str(path))


def write_limits(run: Path, logins: list[str]) -> None:
    """What nginx lets through: requests and logins by client, and how large a body."""
    rate, requests = int(os.environ["API_RATE"]), int(os.environ["API_REQUESTS"])
    zones = limits = ""
    if rate:
        zones = f"limit_req_zone $api_client zone=api:10m rate={rate}r/s;\n"
        limits = f"limit_req zone=api burst={rate} nodelay;\n"
    if requests:
        zones += "limit_conn_zone $api_client zone=client_requests:1m;\n"
        limits += f"limit_conn client_requests {requests};\n"
    (run / "logins.conf").write_text(
        "".join(f'"POST {path}" login;\n' for path in logins)
    )
    (run / "body.conf").write_text(
        f"client_max_body_size {os.environ['BODY_MEGABYTES']}m;\n"
    )
    (run / "api-zones.conf").write_text(zones)
    (run / "api-limits.conf").write_text(limits)


def make_metrics(run: Path) -> None:
    """Counters of an earlier life of this directory are not this one's."""
    metrics = run / "metrics"
    if metrics.exists():
        shutil.rmtree(metrics)
    metrics.mkdir()
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(metrics)
    if os.geteuid() != 0:
        refuse_others(run, metrics.stat().st_uid)


def prepare(run: Path, origins: list[str], logins: list[str]) -> None:
    """Link read-only files into the run directory, beside nginx's and uWSGI's."""
    run.mkdir(parents=True, exist_ok=True)
    make_metrics(run)
    for file in Path(os.environ["SERVER_FILES"]).iterdir():
        link = run / file.name
        link.unlink(missing_ok=True)
        if file.name != "forward.conf" or os.environ["SYSLOG_HOST"]:
            link.symlink_to(file)
    output = run / "output.conf"
    output.unlink(missing_ok=True)
    output.symlink_to(f"output-{os.environ['LOG_FORMAT']}.conf")
    os.environ["UWSGI_SOCKET"] = uwsgi_socket(run)
    os.environ["SYSLOG_SOCKET"] = str(run / "log.sock")
    os.environ["SYSLOG_STATS"] = str(run / "log.stats")
    os.environ["NGINX_STATUS"] = str(run / "status.sock")
    # What an earlier life left.
    for name in ("draining", "logins.sock", "status.sock", "log.stats"):
        (run / name).unlink(missing_ok=True)
    proxies = trusted_proxies()
    # What a client is slow to read waits in nginx, which limits it: the kernel's own
    # buffer would grow to 4 MB a connection. This one sends 128 KiB in each round trip.
    (run / "listen.conf").write_text(
        f"listen {os.environ['SERVER_LISTEN']} sndbuf=128k;\n"
    )
    (run / "listen-metrics.conf").write_text(
        f"listen {os.environ['SERVER_METRICS_LISTEN']};\n"
    )
    (run / "cors.conf").write_text(
        "".join(f'"nginx {origin}" $http_origin;\n' for origin in origins)
    )
    (run / "vary.conf").write_text("nginx Origin;\n" if origins else "")
    write_limits(run, logins)
    (run / "trusted-geo.conf").write_text("".join(f"{proxy} 1;\n" for proxy in proxies))
    (run / "trusted-real-ip.conf").write_text(
        "".join(f"set_real_ip_from {proxy};\n" for proxy in proxies)
    )


def uwsgi_socket(run: Path) -> str:
    """By an absolute path, where uWSGI takes so long a one.

    The kernel lists connections by it, and servers may share a network.
    """
    path = str(run.absolute() / "uwsgi.sock")
    return path if len(path.encode()) <= 102 else "uwsgi.sock"


def manage(arguments: list[str]) -> list[str]:
    """The command line of manage.py with these arguments."""
    return [sys.executable, f"{os.environ['DJANGO_SOURCE']}/manage.py", *arguments]


def main() -> None:
    command = sys.argv[1:]
    if command[:1] == ["migrate"]:
        command = ["manage", *command]
    if command[:2] == ["manage", "migrate"] and any(
        os.environ.get(f"POSTGRES_SERVE_PASSWORD{suffix}") for suffix in ("", "_FILE")
    ):
        fail(
            "migrate needs the owner's POSTGRES_PASSWORD, "
            "and without POSTGRES_SERVE_PASSWORD, which is the server's."
        )
    if command[:1] == ["manage"]:
        os.execv(sys.executable, manage(command[1:]))
    configuration = "supervisord.conf"
    if command[:1] == ["worker"] and command[1:]:
        configuration = "worker.conf"
        os.environ["WORKER"] = shlex.join(manage(command[1:]))
    elif command:
        fail("the commands are manage, migrate, worker COMMAND and, to serve, none.")
    read_environment()
    settings = check_settings()
    run = Path(os.environ["RUN_DIR"])
    with explained_failures(run):
        prepare(run, settings.CORS_ALLOWED_ORIGINS, settings.LOGIN_PATHS)
        os.chdir(run)
    raise_file_limit()
    supervise = [
        "supervise",
        configuration,
        "--syslog",
        "log.sock",
        "--daemon",
        "rsyslog",
    ]
    supervise += ["--drain", os.environ["DRAIN_SECONDS"]]
    supervise += ["--deaf", "uwsgi"]  # until its application is imported
    supervise += ["--json"] if os.environ["LOG_FORMAT"] == "json" else []
    os.execvp("supervise", supervise)


if __name__ == "__main__":
    main()
