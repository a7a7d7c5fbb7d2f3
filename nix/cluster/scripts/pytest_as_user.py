"""Run pytest; where this process is root's, as the user behind sudo, or as nobody.

pytest_as_user.py ARGUMENTS OF PYTEST…
"""

import os
import sys
from pathlib import Path

from users import drop_root


def main() -> None:
    if user := drop_root():
        os.environ["HOME"] = "/tmp"  # noqa: S108 (a home that is there)
        if not os.access(".", os.R_OK | os.X_OK):
            sys.exit(
                f"pytest: {Path.cwd()} cannot be read by uid {user.uid}, "
                "as which it runs: run it as a user."
            )
    # Set here, as -E ignores those of the environment at the start.
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
    os.execv(sys.executable, [sys.executable, "-m", "pytest", *sys.argv[1:]])


if __name__ == "__main__":
    main()
