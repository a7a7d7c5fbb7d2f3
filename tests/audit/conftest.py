"""The scripts under test are those that the programs run."""

import os
import sys

SCRIPTS = (
    "AUDIT_SCRIPTS",
    "IMAGE_SCRIPTS",
    "OUTDATED_SCRIPTS",
    "SBOM_SCRIPTS",
    "SET_SCRIPTS",
    "UPDATE_SCRIPTS",
    "VEX_SCRIPTS",
)

sys.path[:0] = [os.environ[name] for name in SCRIPTS]
