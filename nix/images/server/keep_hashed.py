"""Delete the collected static files that nothing names: all but the manifest's.

keep_hashed.py STATIC_ROOT
"""

import json
import sys
from pathlib import Path

root = Path(sys.argv[1])
manifest = root / "staticfiles.json"
named = {root / name for name in json.loads(manifest.read_text())["paths"].values()} | {
    manifest
}
for file in [file for file in root.rglob("*") if file.is_file()]:
    # Only a debugger reads source maps, which are larger than what they explain.
    if file not in named or ".map" in file.suffixes:
        file.unlink()
