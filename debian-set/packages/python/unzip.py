"""Unpack a wheel with the modes of its programs, which zipfile forgets.

unzip.py WHEEL DIRECTORY
"""

import sys
import zipfile
from pathlib import Path

with zipfile.ZipFile(sys.argv[1]) as wheel:
    for entry in wheel.infolist():
        file = Path(wheel.extract(entry, sys.argv[2]))
        if entry.external_attr >> 16 & 0o111 and file.is_file():
            file.chmod(0o755)
