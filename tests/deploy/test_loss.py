"""docs/backup.md: what no backup has comes back as it was, by the page's own lines."""

import os
import re
from pathlib import Path

from programs import stand_in, succeed

PAGE = Path(os.environ["DEPLOY_BACKUP"]).read_text()
# The volume is a folder, and age gives back what it gets.
DOCKER = 'case "$*" in "volume inspect "*) echo "$VOLUME" ;; *) cat ;; esac'


def lines_with(word: str) -> str:
    """The command of the page that has a word."""
    blocks: list[str] = re.findall(r"(?:^ {4}.*\n)+", PAGE, re.MULTILINE)
    return next(block for block in blocks if word in block)


def test_the_line_back_undoes_the_line_that_keeps(tmp_path):
    """A new machine's folder has .env, .secrets and the volume, and its own mode."""
    for name in ("old/.secrets", "volume/pki", "new"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "old/.env").touch()
    (tmp_path / "volume").chmod(0o1777)
    for name in ("old", "new"):
        stand_in(tmp_path / name, "docker", DOCKER)
        stand_in(tmp_path / name, "sudo", 'exec "$@"')
    # As root's tar does.
    volume = {"VOLUME": str(tmp_path / "volume"), "TAR_OPTIONS": "--same-permissions"}
    keep, back = lines_with("tar --create"), lines_with("tar --extract")
    succeed("bash", "-euc", keep, folder=tmp_path / "old", **volume)
    (tmp_path / "old/machine.tar.gz.age").rename(tmp_path / "new/machine.tar.gz.age")
    before = (tmp_path / "new").stat().st_mode
    succeed("bash", "-euc", back, folder=tmp_path / "new", **volume)
    there = {path.name for path in (tmp_path / "new").iterdir()}
    assert there >= {".env", ".secrets", "edge"}
    assert (tmp_path / "new").stat().st_mode == before
    assert (tmp_path / "new/edge").stat().st_mode == (
        tmp_path / "volume"
    ).stat().st_mode
    assert (tmp_path / "new/edge/pki").is_dir()
