"""The image that upgrades has all that it needs; tests/upgrade has the rest."""

import re
import subprocess
from pathlib import Path

from support.images import volumes


def test_the_image_upgrades_a_volume(images, tmp_path: Path):
    image = images["db-upgrade"]
    (entrypoint,) = image.config["Entrypoint"]
    (old,) = re.findall(r"^export OLD=(\S+)$", image.read(entrypoint), re.MULTILINE)
    command = image.command(volumes(image, tmp_path), {})
    data = tmp_path / "_var_lib_postgresql/data"
    make = [f"{old}/bin/initdb", "--no-sync", "--username=postgres", "--auth=peer"]
    subprocess.run([*command, *make], stdout=subprocess.DEVNULL, check=True)
    before = (data / "PG_VERSION").read_text()
    subprocess.run([*command, entrypoint], stdin=subprocess.DEVNULL, check=True)
    (aside,) = data.parent.glob("data-before-*")
    assert (aside / "PG_VERSION").read_text() == before
    assert (data / "PG_VERSION").read_text() > before
