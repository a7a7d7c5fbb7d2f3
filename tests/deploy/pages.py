"""What docs/kubernetes.md shows: parts of overlays, and objects."""

import os
import re
from pathlib import Path
from typing import Any

import yaml

PAGE = Path(os.environ["DEPLOY_KUBERNETES"]).read_text()
BLOCK = re.compile(r"(?:^    .*\n|^\n(?=    ))+", re.MULTILINE)
KEYS = ("apiVersion", "components", "resources")


def shown(text: str) -> list[dict[str, Any]]:
    """The blocks of a page that are YAML of an overlay or an object."""
    blocks = (
        re.sub(r"^    ", "", block[0], flags=re.MULTILINE).lstrip("\n")
        for block in BLOCK.finditer(text)
    )
    return [yaml.safe_load(block) for block in blocks if block.startswith(KEYS)]


OBJECTS = [block for block in shown(PAGE) if "kind" in block]
PARTS = [block for block in shown(PAGE) if "kind" not in block]
