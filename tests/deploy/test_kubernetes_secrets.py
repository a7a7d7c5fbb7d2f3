"""docs/kubernetes.md: its lines make the secrets that the sample's pods mount."""

import os
import re
from pathlib import Path

import pytest
from programs import succeed

PAGE = Path(os.environ["DEPLOY_KUBERNETES"]).read_text()
BLOCKS: list[str] = re.findall(r"(?:^ {4}.*\n)+", PAGE, re.MULTILINE)
# Up to the first line that needs a cluster.
LINES = next(block for block in BLOCKS if "mkdir" in block).partition("    kubectl")[0]


@pytest.fixture
def made(tmp_path):
    """A folder in which somebody ran the lines twice, and what they made at first."""
    succeed("bash", "-euc", LINES, folder=tmp_path)
    first = {file.name: file.read_text() for file in (tmp_path / ".secrets").iterdir()}
    succeed("bash", "-euc", LINES, folder=tmp_path)
    return tmp_path / ".secrets", first


def test_they_make_what_is_mounted(made, objects):
    """A pod without one of its secrets does not start; a copy elsewhere is optional."""
    pods = [
        found["spec"]["template"]["spec"]
        for (kind, _), found in objects.items()
        if kind in ("Deployment", "Job", "StatefulSet")
    ]
    volumes = [volume.get("secret", {}) for pod in pods for volume in pod["volumes"]]
    mounted = {
        item["key"]
        for secret in volumes
        if secret.get("secretName") == "server"
        for item in secret["items"]
    }
    assert made[1].keys() == mounted


def test_they_keep_what_is_there(made):
    """Who runs them again, as for the next overlay, has the same passwords."""
    folder, first = made
    assert {file.name: file.read_text() for file in folder.iterdir()} == first
    assert folder.stat().st_mode & 0o777 == 0o700


def test_each_secret_is_another_line_of_text(made):
    """Django and PostgreSQL take it without the end of a line."""
    texts = set(made[1].values())
    assert len(texts) == len(made[1])
    assert all(re.fullmatch(r"\S{64}", text) for text in texts)
