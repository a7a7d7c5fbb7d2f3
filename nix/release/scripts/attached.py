"""Tell whether what a file has is attached to an image already: attached.py FILE

Standard input is what `cosign verify-attestation` prints. Exit status 0 if it is.
"""

import base64
import json
import sys
from pathlib import Path

wanted = json.loads(Path(sys.argv[1]).read_text())
statements = (
    json.loads(base64.b64decode(json.loads(line)["payload"])) for line in sys.stdin
)
sys.exit(all(statement["predicate"] != wanted for statement in statements))
