"""Count the changes to the code of a tree that no unit test notices.

    mutants.py src|chassis [ARGUMENTS OF mutmut run]    beside the tree

mutmut makes the changes, in a copy of the tree. Its arguments can be patterns of mutants, such as
'*keyset*', and --max-children N. The exit status tells whether 90 % were noticed.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from time import monotonic

# The folder with pyproject.toml, the one with the code in it, and what else the tests read.
TREES = {
    "src": (".", "src", ["src", "pyproject.toml"]),
    "chassis": ("chassis", "chassis", ["chassis", "docs/variables.md"]),
}
WANTED = 90  # per cent

# forkserver: tests run in processes where none ran before.
CONFIGURATION = """\
[mutmut]
source_paths = {code}
process_isolation = forkserver
also_copy =
    pyproject.toml
    conftest.py
    ../docs
do_not_mutate =
    */tests/*
    */migrations/*
    */testing.py
    *conftest.py
pytest_add_cli_args =
    -p
    copied_database
    -p
    no:cacheprovider
"""


def copy(names: list[str], directory: str) -> None:
    for name in names:
        source, target = Path(name), Path(directory, name)
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__", ".*"))
        else:
            shutil.copy(source, target)


def run(*command: str, of: Path) -> None:
    """Run a command whose failure ends this process; on a terminal it shows how far it is."""
    seen = sys.stdout.isatty()
    done = subprocess.run(command, cwd=of, capture_output=not seen, text=True)
    if done.returncode:
        sys.exit(f"{done.stdout or ''}{done.stderr or ''}mutants: {' '.join(command)} failed.")


def quiet(*command: str, of: Path) -> str:
    return subprocess.run(command, cwd=of, capture_output=True, text=True, check=True).stdout


def report(folder: Path) -> float:
    """Show each change that was not noticed, and count all; how many of a hundred were noticed."""
    for line in quiet("mutmut", "results", of=folder).splitlines():
        name, _, fate = line.strip().partition(": ")
        if fate not in ("killed", "timeout", "not checked"):
            print(f"\n{fate}: {quiet('mutmut', 'show', name, of=folder)}")
    quiet("mutmut", "export-cicd-stats", of=folder)
    count = json.loads((folder / "mutants/mutmut-cicd-stats.json").read_text())
    killed = count["killed"] + count["timeout"]
    unnoticed = {name: count[name] for name in ("survived", "no_tests", "suspicious", "segfault")}
    checked = killed + sum(unnoticed.values())
    words = ", ".join(f"{number} {name}" for name, number in unnoticed.items())
    share: float = 100 * killed / max(checked, 1)
    print(f"\n{checked} mutants: {killed} killed ({count['timeout']} by time), {words}: {share:.1f} %")
    return share


def main() -> int:
    if sys.argv[1:2] not in ([name] for name in TREES) or not Path("src", "manage.py").exists():
        sys.exit("mutants: say `src` or `chassis`, beside that folder.")
    root, code, names = TREES[sys.argv[1]]
    begun = monotonic()
    with tempfile.TemporaryDirectory(prefix="mutants-") as directory:
        copy(names, directory)
        folder = Path(directory, root)
        (folder / "setup.cfg").write_text(CONFIGURATION.format(code=code))
        os.environ["PYTHONPATH"] = str(Path(__file__).parent)
        # They pass as they are, and leave the database that each mutant gets a copy of.
        run("python", "-m", "pytest", "-q", "-p", "no:cacheprovider", "--create-db", "--reuse-db", of=folder)
        run("mutmut", "run", *sys.argv[2:], of=folder)
        share = report(folder)
    print(f"{(monotonic() - begun) / 60:.1f} minutes")
    return 0 if share >= WANTED else 1


if __name__ == "__main__":
    sys.exit(main())
