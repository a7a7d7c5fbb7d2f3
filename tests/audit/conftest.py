"""The scripts under test are those that the programs run."""

import os
import sys

sys.path[:0] = [os.environ[name] for name in ("AUDIT_SCRIPTS", "OUTDATED_SCRIPTS", "SBOM_SCRIPTS")]
