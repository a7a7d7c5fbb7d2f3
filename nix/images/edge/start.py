"""Write what depends on variables to the run directory, and become Caddy's supervisor.

docs/variables.md has the environment variables.
"""

import os
import re
import sys
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

DEFAULTS = {
    "DRAIN_SECONDS": "0",
    "EDGE_ACME_URL": "",
    "EDGE_BODY_SECONDS": "300",
    "EDGE_CERTIFICATE": "",
    "EDGE_DIR": "/var/lib/edge",
    "EDGE_EMAIL": "",
    "EDGE_HTTP_PORT": "8080",
    "EDGE_HTTPS_PORT": "8443",
    "EDGE_KEY": "",
    "EDGE_METRICS_PORT": "9180",
    "EDGE_NAMES": "localhost",
    "EDGE_OWN_AUTHORITY": "false",
    "EDGE_UPSTREAMS": "server-1:8080,server-2:8080",
    "LOG_FORMAT": "text",
    "RUN_DIR": "/run/service",
    "SYSLOG_HOST": "",
    "SYSLOG_PORT": "5514",
}

NAME = r"[a-z0-9]([a-z0-9-]*[a-z0-9])?([.][a-z0-9]([a-z0-9-]*[a-z0-9])?)*"
HOST = r"[A-Za-z0-9._-]+"
DIRECTORY = (r'[^"\\{}\n]*', 'a directory without ", \\, { or } in its name')
PATTERNS = {
    "DRAIN_SECONDS": (
        r"[1-5]?[0-9]{1,2}|600",
        "a whole number from 0 to 600",
    ),
    "EDGE_ACME_URL": (
        r"(https://[!-z]+)?",
        "the https:// address of an ACME directory",
    ),
    "EDGE_BODY_SECONDS": (r"[1-9][0-9]{0,4}", "a whole number of seconds above 0"),
    "EDGE_CERTIFICATE": (r"(/[!#-z]+)?", "the path of a file"),
    "EDGE_DIR": DIRECTORY,
    "EDGE_EMAIL": (r"([^\s{}\"`]+@[^\s{}\"`]+)?", "one address of mail"),
    "EDGE_HTTP_PORT": (r"[1-9][0-9]{0,4}", "a port number"),
    "EDGE_HTTPS_PORT": (r"[1-9][0-9]{0,4}", "a port number"),
    "EDGE_KEY": (r"(/[!#-z]+)?", "the path of a file"),
    "EDGE_METRICS_PORT": (r"[1-9][0-9]{0,4}", "a port number"),
    "EDGE_NAMES": (rf"{NAME}(,{NAME})*", "host names, separated by commas"),
    "EDGE_OWN_AUTHORITY": (r"true|false", "true or false"),
    "EDGE_UPSTREAMS": (
        rf"dns:{HOST}:[0-9]+|{HOST}:[0-9]+(,{HOST}:[0-9]+)*",
        "HOST:PORT, separated by commas, or dns:NAME:PORT",
    ),
    "LOG_FORMAT": (r"json|text", "json or text"),
    "RUN_DIR": DIRECTORY,
    "SYSLOG_PORT": (r"[1-9][0-9]{0,4}", "a port number"),
}

NOTHING = "# nothing\n"  # Caddy 2.6 cannot import an empty file
# It asks again before it has an answer: the server's probes.conf lets that many wait.
# Not for /healthcheck/ready/: while no server is well, it answers 503 itself.
NAMED = """to {servers}
health_uri /healthcheck/
health_interval 500ms
health_timeout 30s
health_status 200
"""
# Caddy checks no server that it finds by DNS: the engine removes the addresses of those
# that stop.
FOUND = """dynamic a {{
	name {name}
	port {port}
	refresh 500ms
}}
"""


def fail(sentence: str) -> NoReturn:
    sys.exit(f"edge: {sentence}")


def read_environment() -> None:
    """Fill in what is not set.

    Raises:
        SystemExit: a variable is malformed; the message names it.
    """
    for name, value in DEFAULTS.items():
        os.environ.setdefault(name, value)
        pattern, meaning = PATTERNS.get(name, (".*", ""))
        if not re.fullmatch(pattern, os.environ[name]):
            fail(f"{name} must be {meaning}.")
    if bool(os.environ["EDGE_CERTIFICATE"]) != bool(os.environ["EDGE_KEY"]):
        fail("EDGE_CERTIFICATE and EDGE_KEY belong together.")
    for name in ("EDGE_CERTIFICATE", "EDGE_KEY"):
        if os.environ[name] and not os.access(os.environ[name], os.R_OK):
            fail(f"{name} must be a file that uid {os.geteuid()} may read.")
    for name in ("EDGE_DIR", "RUN_DIR"):
        path = Path(os.environ[name])
        with suppress(OSError):
            path.mkdir(exist_ok=True)
        if not (path.is_dir() and os.access(path, os.W_OK)):
            fail(
                f"{name} ({path}) must be a directory "
                f"that uid {os.geteuid()} may write."
            )


def tls() -> str:
    """How the names get certificates; without a line Caddy chooses by the name."""
    if os.environ["EDGE_CERTIFICATE"]:
        return f'tls "{os.environ["EDGE_CERTIFICATE"]}" "{os.environ["EDGE_KEY"]}"\n'
    return "tls internal\n" if os.environ["EDGE_OWN_AUTHORITY"] == "true" else NOTHING


def upstreams() -> str:
    servers = os.environ["EDGE_UPSTREAMS"]
    if servers.startswith("dns:"):
        _, name, port = servers.split(":")
        return FOUND.format(name=name, port=port)
    return NAMED.format(servers=servers.replace(",", " "))


def options() -> str:
    lines = {"email": os.environ["EDGE_EMAIL"], "acme_ca": os.environ["EDGE_ACME_URL"]}
    return (
        "".join(f"{name} {value}\n" for name, value in lines.items() if value)
        or NOTHING
    )


def error_type() -> str:
    """The content type of the errors, which writeerrors wrote."""
    return (Path(os.environ["EDGE_ERRORS"]) / "media-type").read_text()


def prepare(run: Path) -> None:
    """Link read-only files into the run directory, beside what depends on variables."""
    (run / "draining").unlink(missing_ok=True)  # of the life before
    for file in Path(os.environ["EDGE_FILES"]).iterdir():
        link = run / file.name
        link.unlink(missing_ok=True)
        if file.name != "forward.conf" or os.environ["SYSLOG_HOST"]:
            link.symlink_to(file)
    output = run / "output.conf"
    output.unlink(missing_ok=True)
    output.symlink_to(f"output-{os.environ['LOG_FORMAT']}.conf")
    (run / "tls.conf").write_text(tls())
    (run / "upstreams.conf").write_text(upstreams())
    (run / "options.conf").write_text(options())
    (run / "certificates.txt").write_text("")  # until certificates.py has asked
    os.environ["EDGE_ERROR_TYPE"] = error_type()
    os.environ["EDGE_SITES"] = os.environ["EDGE_NAMES"].replace(",", ", ")


def limit_memory() -> None:
    """Tell Go its container's limit, near which it collects garbage earlier."""
    limit = Path("/sys/fs/cgroup/memory.max")
    if limit.exists() and (text := limit.read_text().strip()) != "max":
        os.environ["GOMEMLIMIT"] = str(int(text) // 10 * 9)


def main() -> None:
    if sys.argv[1:]:
        fail("it takes no arguments.")
    read_environment()
    run = Path(os.environ["RUN_DIR"])
    prepare(run)
    os.chdir(run)
    limit_memory()
    os.environ["XDG_CONFIG_HOME"] = os.environ["XDG_DATA_HOME"] = str(run)
    supervise = [
        "supervise",
        "supervisord.conf",
        "--syslog",
        "log.sock",
        "--daemon",
        "rsyslog",
        "--drain",
        os.environ["DRAIN_SECONDS"],
    ]
    supervise += ["--json"] if os.environ["LOG_FORMAT"] == "json" else []
    os.execvp("supervise", supervise)


if __name__ == "__main__":
    main()
