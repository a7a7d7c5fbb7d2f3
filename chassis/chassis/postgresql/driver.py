"""Which library Django asks PostgreSQL with: the one that pyproject.toml declares."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from importlib import import_module
from importlib.util import find_spec

BACKEND = "django.db.backends.postgresql"
TAKEN = f"{BACKEND}.psycopg_any"  # knows which one Django has taken


@contextmanager
def hidden(name: str) -> Iterator[None]:
    """Let imports of a module fail meanwhile, also where others have imported it."""
    modules = sys.modules
    former = modules.get(name)
    modules[name] = None  # type: ignore[assignment] # as Python documents it
    try:
        yield
    finally:
        del modules[name]
        if former:
            modules[name] = former


def choose(name: str) -> None:
    """Let Django use this driver, "psycopg2" or "psycopg", whatever else is installed.

    Django takes psycopg wherever it finds it, when its backend is first imported.

    Raises:
        SystemExit: the driver is not there, or Django has taken the other one before.
    """
    # Where psycopg is not there, Django takes psycopg2 by itself, later: to import its
    # backend takes half of the settings' time.
    is_there = "psycopg" in sys.modules or find_spec("psycopg") is not None
    is_choice = name == "psycopg2" and is_there
    with hidden("psycopg") if is_choice else nullcontext():
        try:
            import_module(name)
        except ImportError as error:
            words = " ".join(str(error).split())
            raise SystemExit(
                f"settings: the driver {name} cannot be imported: {words}"
            ) from None
        if not is_choice and TAKEN not in sys.modules:
            return
        # Django has no setting for it; each of these two modules tries psycopg first.
        if import_module(TAKEN).is_psycopg3 is (name == "psycopg"):
            import_module(f"{BACKEND}.base")
            return
    raise SystemExit(
        f"settings: the driver is to be {name}, "
        "but Django has taken another one before: "
        f"import what needs {BACKEND} or django.contrib.postgres "
        "below the chassis's settings."
    )
