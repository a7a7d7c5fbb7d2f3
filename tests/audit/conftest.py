"""The scripts under test are those that the programs run."""

import os
import sys

sys.path[:0] = [os.environ["AUDIT_SCRIPTS"], os.environ["SBOM_SCRIPTS"]]
