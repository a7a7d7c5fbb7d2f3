"""Prepare the run directory and become the supervisor of nginx and uWSGI.

    start.py                serve
    start.py manage ARGS…   run manage.py

In, beside Django's variables: RUN_DIR (made if missing), LISTEN (ADDRESS:PORT,
default 0.0.0.0:8080), UWSGI_PROCESSES and UWSGI_THREADS (default 1).
"""

import importlib
import os
import sys
from pathlib import Path


def manage(*arguments: str) -> list[str]:
    return [sys.executable, f"{os.environ['DJANGO_SOURCE']}/manage.py", *arguments]


def prepare(run: Path) -> None:
    """Link the read-only files into the run directory, beside what nginx and uWSGI write."""
    run.mkdir(parents=True, exist_ok=True)
    for file in Path(os.environ["SERVER_FILES"]).iterdir():
        link = run / file.name
        link.unlink(missing_ok=True)
        link.symlink_to(file)
    (run / "listen.conf").write_text(f"listen {os.environ['LISTEN']};\n")


def main() -> None:
    os.environ.setdefault("LISTEN", "0.0.0.0:8080")
    os.environ.setdefault("UWSGI_PROCESSES", "1")
    os.environ.setdefault("UWSGI_THREADS", "1")
    run = Path(os.environ.setdefault("RUN_DIR", "/run/templatesite"))
    if sys.argv[1:2] == ["manage"]:
        os.execv(sys.executable, manage(*sys.argv[2:]))
    # Settings that do not hold end the start here, with their own sentence.
    sys.path.insert(0, os.environ["DJANGO_SOURCE"])
    importlib.import_module("templatesite.settings")
    prepare(run)
    os.chdir(run)
    os.execvp("supervise", ["supervise", "supervisord.conf"])


if __name__ == "__main__":
    main()
