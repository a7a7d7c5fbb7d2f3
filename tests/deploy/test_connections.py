"""PostgreSQL has connections for all of a deployment, as docs/scale.md says."""

import os
import re
from pathlib import Path

import pytest
from connections import DEPLOYMENTS, kubernetes, one_machine, read_table, swarm
from sources import load

SCALE = Path(os.environ["DEPLOY_SCALE"]).read_text()
POSTGRESQL = Path(os.environ["DEPLOY_POSTGRESQL"]).read_text()
MOST = int(re.findall(r"^max_connections = (\d+)", POSTGRESQL, re.MULTILINE)[0])
RESERVED = 3  # PostgreSQL's superuser_reserved_connections


@pytest.fixture(scope="module")
def made(objects):
    """The rows that the files make."""
    return {
        "one machine": one_machine(load("compose.production.yaml")),
        "Swarm": swarm(load("stack.yaml")),
        "Kubernetes": kubernetes(objects),
    }


@pytest.mark.parametrize("deployment", DEPLOYMENTS)
def test_the_table_says_what_the_files_make(made, deployment):
    """Who plans with the table finds as many connections in a cluster."""
    assert read_table(SCALE).get(deployment) == made[deployment]


@pytest.mark.parametrize("deployment", DEPLOYMENTS)
def test_a_release_finds_free_connections(made, deployment):
    """While old and new servers run, PostgreSQL turns nobody away."""
    assert made[deployment][-1] <= MOST - RESERVED


def test_the_text_says_how_many_postgresql_gives():
    """Who needs more than the table has knows from the page where the limit is."""
    assert f"`max_connections` is {MOST}" in SCALE
