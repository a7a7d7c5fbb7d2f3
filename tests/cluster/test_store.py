"""Who may write the store, as root may, leaves it as it was."""

import os
import shutil
import subprocess
from pathlib import Path

from test_run import ANY_PORTS

PATHS = [
    Path(path)
    for path in (Path(os.environ["cluster_closure"]) / "store-paths")
    .read_text()
    .split()
]


def lacks_byte_code(directory: Path) -> bool:
    """Whether Python would write there: one of its modules has no byte code."""
    compiled = {
        file.name.partition(".")[0]
        for file in (directory / "__pycache__").glob("*.pyc")
    }
    return any(module.stem not in compiled for module in directory.glob("*.py"))


def test_python_writes_nothing_into_the_store(tmp_path):
    places = [path for path in PATHS if path.is_dir() and lacks_byte_code(path)]
    assert [place for place in places if place.name.endswith("-scripts")]
    mounts = []
    for place in places:
        # A run before may have written some.
        ignore = shutil.ignore_patterns("__pycache__")
        copy = Path(
            shutil.copytree(place, tmp_path / place.name, symlinks=True, ignore=ignore)
        )
        copy.chmod(0o755)
        mounts += ["--bind", str(copy), str(place)]
    for command in (["cluster", "--", "true"], ["with-db", "true"]):
        words = ["bwrap", "--dev-bind", "/", "/", *mounts, "--", *command]
        subprocess.run(words, env=ANY_PORTS, check=True, timeout=100)
    assert list(tmp_path.glob("*/__pycache__")) == []
