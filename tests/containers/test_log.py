"""The log's image: what it says when its disk is full, and the files that it leaves."""

import re
import subprocess

import pytest

from support.images import volumes

# A disk of 1 MB that fills up and is emptied, beside the log and its health check.
FULL_DISK = """
health() { if "$@"; then echo healthy; else echo ill; fi; }
wait_for() { until "$@"; do sleep 0.2; done; }
metrics() { wget -q -O - http://127.0.0.1:9514/metrics.txt; }
unwritten() { metrics | grep -q 'unwritten_total [1-9]'; }
listening() { nc -w 1 127.0.0.1 5514 </dev/null; }
entrypoint=$1
shift
$entrypoint >/dev/null 2>&1 &
wait_for listening
health "$@"
dd if=/dev/zero of=filler bs=1000 2>/dev/null
health "$@"
for line in 1 2 3 4 5; do echo "<14>app: $(head -c 5000 /dev/zero | tr '\\0' x)"; \
done | nc -w 1 127.0.0.1 5514
wait_for unwritten
metrics
rm filler
health "$@"
echo "<14>app: after" | nc -w 1 127.0.0.1 5514
wait_for grep -q after all.log
grep -c -e log-health all.log
"""

REMOVED = """
"$1" >/dev/null 2>&1 &
until nc -w 1 127.0.0.1 5514 </dev/null; do sleep 0.2; done
sleep 6
rm all.log
until [ -e all.log ]; do sleep 0.2; done
until grep -q 'again' all.log; do echo "<14>app: again" | nc -w 1 127.0.0.1 5514; done
stat -c %a all.log
"""

DISKS = """
"$1" >/dev/null 2>&1 &
until wget -q -O - http://127.0.0.1:9514/metrics.txt; do sleep 0.2; done
"""

ROTATED = """
"$1" >/dev/null 2>&1 &
until nc -w 1 127.0.0.1 5514 </dev/null; do sleep 0.2; done
yes "<14>app: $(head -c 60000 /dev/zero | tr '\\0' x)" | head -n 1800 | \
nc -w 5 127.0.0.1 5514
until [ -e all.log.1 ] && [ -e all.log ]; do sleep 0.2; done
stat -c %a all.log all.log.1
"""


@pytest.fixture
def run(images, tmp_path):
    """What a shell in a container of the image prints."""
    image = images["log"]

    def run(script: str, *arguments: str, mounts: tuple[str, ...] = ()) -> str:
        command = image.command({} if mounts else volumes(image, tmp_path), {}, *mounts)
        (entrypoint,) = image.config["Entrypoint"]
        ended = subprocess.run(
            [*command, "sh", "-c", script, "sh", entrypoint, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
            timeout=120,
        )
        return ended.stdout

    return run


def test_full_disk_is_told_and_what_cannot_be_written_is_counted(images, run):
    _, *health = images["log"].config["Healthcheck"]["Test"]
    output = run(
        FULL_DISK,
        *health,
        mounts=("--size", str(1 << 20), "--tmpfs", "/var/log/service"),
    )
    assert re.findall("^(?:healthy|ill)$", output, re.MULTILINE) == [
        "healthy",
        "ill",
        "healthy",
    ]
    assert re.search(r"^service_log_lines_unwritten_total [1-5]$", output, re.MULTILINE)
    assert re.search(
        r"^service_log_lines_received_total [1-9]\d*$", output, re.MULTILINE
    )
    assert output.splitlines()[-1] == "0", "probes are in all.log"


def test_nobody_else_reads_the_log_before_or_after_it_is_rotated(run):
    assert run(ROTATED).split() == ["640", "640"]


def test_log_that_was_removed_is_made_again(run):
    assert run(REMOVED).split() == ["640"]


def test_disks_of_other_services_are_told(run):
    """Also where nobody but its owner may enter; an empty one is nobody's."""
    log = ("--size", str(2 << 20), "--tmpfs", "/var/log/service")
    db = ("--size", str(1 << 20), "--perms", "0000", "--tmpfs", "/volumes/db")
    db += ("--remount-ro", "/volumes/db")
    output = run(
        DISKS, mounts=(*log, "--tmpfs", "/volumes", "--dir", "/volumes/empty", *db)
    )
    pattern = r'^service_disk_(\w+)_bytes{volume="(\w+)"} (\d+)$'
    found = re.findall(pattern, output, re.MULTILINE)
    sizes = {name: int(number) for kind, name, number in found if kind == "size"}
    assert sizes == {"log": 2 << 20, "db": 1 << 20}
    assert [name for kind, name, _ in found if kind == "free"] == ["log", "db"]
