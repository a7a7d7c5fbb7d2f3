"""deploy/ of a service with another name, as `files` writes it for pet-shop."""

import re

import pytest
from sources import by_name

FORMER = "templatesite"


@pytest.fixture(scope="module")
def text(overlays):
    """The objects of the sample."""
    return overlays["renamed"]


def test_kubernetes_runs_the_images_of_the_service(text):
    """The cluster pulls the images that `push` of the service pushed."""
    images = re.findall(r"image: registry\.example\.com/team/(\S+):", text)
    assert set(images) == {"pet-shop-server", "pet-shop-db", "pet-shop-backup"}


def test_the_namespace_has_the_name_of_the_service(text):
    """Two services in one cluster do not meet."""
    assert ("Namespace", "pet-shop") in by_name(text)


def test_no_object_has_the_former_name(text):
    """Nothing in the cluster is called as the template, but where runbooks lie."""
    lines = [line for line in text.splitlines() if "runbook_url" not in line]
    assert [line for line in lines if FORMER in line] == []


def test_no_file_has_the_former_name(renamed):
    """No file names the template, but for links to its repository."""
    texts = {file: file.read_text() for file in renamed.rglob("*") if file.is_file()}
    assert texts
    lines = [f"{file}: {line}" for file in texts for line in texts[file].splitlines()]
    links = re.compile(rf"runbook_url|example\.com/{FORMER}")
    assert [line for line in lines if FORMER in line and not links.search(line)] == []
