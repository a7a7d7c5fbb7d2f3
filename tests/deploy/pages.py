"""What docs/kubernetes.md shows: parts of overlays, and objects."""

import os
import re
import textwrap
from pathlib import Path
from typing import Any

import yaml

PAGE = Path(os.environ["DEPLOY_KUBERNETES"]).read_text()
BLOCK = re.compile(r"(?:^    .*\n|^\n(?=    ))+", re.MULTILINE)
KEYS = ("apiVersion", "components", "patches", "resources")


def shown(text: str) -> list[dict[str, Any]]:
    """The paragraphs of a page that are YAML of an overlay or an object."""
    paragraphs = (
        paragraph.lstrip("\n")
        for block in BLOCK.finditer(text)
        for paragraph in textwrap.dedent(block[0]).split("\n\n")
    )
    return [yaml.safe_load(one) for one in paragraphs if one.startswith(KEYS)]


OBJECTS = [one for one in shown(PAGE) if "kind" in one]
# A folder that an overlay lists.
FOLDERS = [one for one in shown(PAGE) if "nameSuffix" in one]
PARTS = [one for one in shown(PAGE) if "kind" not in one and one not in FOLDERS]
