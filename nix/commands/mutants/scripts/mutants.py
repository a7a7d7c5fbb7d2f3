"""Count the changes to the code of a tree that no unit test notices.

    mutants.py src|chassis [ARGUMENTS OF mutmut run]    beside the tree

mutmut makes the changes, in a copy of the tree. Its arguments can be patterns of
mutants, such as '*keyset*', and --max-children N. The exit status says whether 90 %
were noticed.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from time import monotonic

# The folder with pyproject.toml, those with the code in it, and what is copied where:
# the tests that mutmut runs lie one folder deeper than those of the tree.
TREES = {
    "src": (".", ["src"], [("src", "src"), ("pyproject.toml", "pyproject.toml")]),
    "chassis": (
        "chassis",
        ["chassis", "service_checks"],
        [("chassis", "chassis"), ("docs", "docs"), ("docs", "chassis/docs")],
    ),
}
WANTED = 90  # per cent
MINUTE = 60  # seconds

# What the exit status of the tests tells of a mutant; any other: they could not be run.
FATES = {
    0: "survived",
    1: "killed",
    3: "killed",
    5: "without a test",
    33: "without a test",
}
FATES |= dict.fromkeys((-24, 24, 36, 152), "killed by time")

# forkserver: tests run in processes where none ran before.
CONFIGURATION = """\
[mutmut]
source_paths =
    {code}
process_isolation = forkserver
forkserver_warmup = import
preload_modules_file = preloaded.txt
also_copy =
    pyproject.toml
    conftest.py
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


def copy(names: list[tuple[str, str]], directory: str) -> None:
    for source, target in (
        (Path(name), Path(directory, there)) for name, there in names
    ):
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(
                source, target, ignore=shutil.ignore_patterns("__pycache__", ".*")
            )
        else:
            shutil.copy(source, target)


def run(*command: str, of: Path) -> None:
    """Run a command whose failure ends this process.

    A terminal shows its progress; else a line tells each minute how far it is.
    """
    with tempfile.TemporaryFile("w+") as words:
        output = None if sys.stdout.isatty() else words
        process = subprocess.Popen(command, cwd=of, stdout=output, stderr=output)
        while (status := ended(process)) is None:
            if output:
                print(f"mutants: {len(fates(of))} were tried so far", flush=True)
        words.seek(0)
        if status:
            sys.exit(f"{words.read()}mutants: {' '.join(command)} failed.")


def ended(process: "subprocess.Popen[bytes]") -> int | None:
    """Its exit status; None if it still runs after a minute."""
    try:
        return process.wait(MINUTE)
    except subprocess.TimeoutExpired:
        return None


def quiet(*command: str, of: Path) -> str:
    return subprocess.run(
        command, cwd=of, capture_output=True, text=True, check=True
    ).stdout


def fates(folder: Path) -> dict[str, str]:
    """What became of each mutant that was tried, by its name."""
    found: dict[str, str] = {}
    for file in sorted(folder.glob("mutants/**/*.meta")):
        for name, status in json.loads(file.read_text())["exit_code_by_key"].items():
            if status is not None:
                found[name] = FATES.get(status, "not run")
    return found


def report(folder: Path) -> float:
    """Show each change that was not noticed, and count all.

    Returns how many of a hundred were noticed.
    """
    found = fates(folder)
    for name, fate in found.items():
        if not fate.startswith("killed"):
            print(f"\n{fate}: {quiet('mutmut', 'show', name, of=folder)}")
    counted = Counter(found.values())
    words = ", ".join(f"{number} {fate}" for fate, number in counted.items())
    killed = counted["killed"] + counted["killed by time"]
    share = 100 * killed / max(len(found), 1)
    print(f"\n{len(found)} mutants: {words}: {share:.1f} %")
    return share


def main() -> int:
    if (
        sys.argv[1:2] not in ([name] for name in TREES)
        or not Path("src", "manage.py").exists()
    ):
        sys.exit("mutants: say `src` or `chassis`, beside that folder.")
    root, code, names = TREES[sys.argv[1]]
    begun = monotonic()
    with tempfile.TemporaryDirectory(prefix="mutants-") as directory:
        copy(names, directory)
        folder = Path(directory, root)
        (folder / "setup.cfg").write_text(
            CONFIGURATION.format(code="\n    ".join(code))
        )
        (folder / "preloaded.txt").write_text("preloaded\n")
        os.environ["PYTHONPATH"] = str(Path(__file__).parent)
        # They pass as they are, and leave the database that each mutant gets a copy of.
        pytest = ["python", "-m", "pytest", "-q", "-p", "no:cacheprovider"]
        run(*pytest, "--create-db", "--reuse-db", of=folder)
        run("mutmut", "run", *sys.argv[2:], of=folder)
        share = report(folder)
    print(f"{(monotonic() - begun) / 60:.1f} minutes")
    return 0 if share >= WANTED else 1


if __name__ == "__main__":
    sys.exit(main())
