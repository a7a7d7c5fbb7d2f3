"""Ask for a page again and again until `stop`; print how often each status came.

    traffic.py URL DIRECTORY

The file `begun` appears in the directory with the first answer; the file `stop` there
ends it. Prints JSON, such as {"200": 12, "none": 3}, where none is no answer at all.
"""

import collections
import json
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path


def status(url: str) -> str:
    try:
        with urllib.request.urlopen(url, timeout=60) as answer:
            return str(answer.status)
    except urllib.error.HTTPError as error:
        return str(error.code)
    except OSError:
        return "none"


url, directory = sys.argv[1], Path(sys.argv[2])
statuses: collections.Counter[str] = collections.Counter()
while not (directory / "stop").exists():
    statuses[status(url)] += 1
    (directory / "begun").touch()
    time.sleep(0.3)
print(json.dumps(statuses))
