"""Tell whether what files have is attached to an image already: attached.py FILE…

Standard input is what `cosign verify-attestation` prints. Exit status 0 if all are.
"""

import base64
import json
import sys
from pathlib import Path

attached = [
    json.loads(base64.b64decode(json.loads(line)["payload"]))["predicate"]
    for line in sys.stdin
]
wanted = [json.loads(Path(name).read_text()) for name in sys.argv[1:]]
sys.exit(any(document not in attached for document in wanted))
