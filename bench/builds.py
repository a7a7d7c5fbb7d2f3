"""The seconds of each derivation that Nix builds, and how many cores idle meanwhile.

    builds.py [COMMAND …]

Runs the command (`./nixw flake check`) and prints a table of what was built: when it
began, how long it took, which part of the whole time that is, and how many cores were
busy meanwhile (0.0: not known). What the store has is not built: for a cold run, begin
with an empty one. Is itself started by `./nixw develop -c python bench/builds.py`, as
whoever may build.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

BUILD = 105  # actBuild of Nix's ActivityType, src/libutil/include/nix/util/logging.hh
NAME = len("/nix/store/") + 33  # where it begins in a path


@dataclass
class Build:
    """Seconds since the command began."""

    derivation: str  # its path
    start: float
    end: float | None = None
    busy: float = 0.0  # core seconds of the machine meanwhile

    @property
    def name(self) -> str:
        return self.derivation[NAME:].removesuffix(".drv")

    @property
    def seconds(self) -> float:
        return (self.end or self.start) - self.start


def busy_seconds() -> float:
    """Core seconds since the boot in which something ran."""
    line = Path("/proc/stat").read_text().partition("\n")[0]
    user, nice, system, _idle, _wait, *rest = map(int, line.split()[1:9])
    return (user + nice + system + sum(rest)) / os.sysconf("SC_CLK_TCK")


class Watch:
    """What Nix reports of its builds, and the time since the command began."""

    def __init__(self) -> None:
        self.begun, self.busy = time.monotonic(), busy_seconds()
        self.epoch = time.time()
        self.builds: dict[int, Build] = {}

    def now(self) -> float:
        return time.monotonic() - self.begun

    def take(self, line: str) -> None:
        """A line of the command; what is none of Nix's events is passed on."""
        if not line.startswith("@nix "):
            sys.stderr.write(line)
            return
        event = json.loads(line.removeprefix("@nix "))
        if event["action"] == "start" and event["type"] == BUILD:
            self.builds[event["id"]] = Build(
                event["fields"][0], self.now(), busy=-busy_seconds()
            )
        elif event["action"] == "stop" and event["id"] in self.builds:
            build = self.builds[event["id"]]
            build.end, build.busy = self.now(), build.busy + busy_seconds()
        elif event["action"] == "msg" and event.get("level", 0) == 0:
            print(event["msg"], file=sys.stderr)


def nix(*command: str) -> str:
    return subprocess.run(
        ["nix", "--extra-experimental-features", "nix-command", "--offline", *command],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    ).stdout


def registered(derivation: str) -> float | None:
    """When the store got its output, in seconds of the epoch; None if it failed."""
    outputs = json.loads(nix("path-info", "--json", f"{derivation}^*"))
    times = [output["registrationTime"] for output in outputs.values() if output]
    return max(times, default=None)


def correct(watch: Watch) -> None:
    """Nix says only at its own end that what it was asked for has ended."""
    last = watch.now() - 1
    for build in watch.builds.values():
        if (build.end or last) >= last and (ended := registered(build.derivation)):
            build.end, build.busy = max(build.start, ended - watch.epoch), 0


def report(watch: Watch, most: int) -> None:
    correct(watch)
    whole, cores = watch.now(), os.cpu_count() or 1
    done = sorted(watch.builds.values(), key=lambda build: -build.seconds)
    print("| derivation | begins, s | takes, s | of the whole | busy cores |")
    print("| --- | --- | --- | --- | --- |")
    for build in done[:most]:
        share, busy = build.seconds / whole, build.busy / (build.seconds or 1)
        print(
            f"| {build.name} | {build.start:.0f} | {build.seconds:.1f} "
            f"| {share:.0%} | {busy:.1f} |"
        )
    busy = (busy_seconds() - watch.busy) / whole
    alone = sum(build.seconds for build in done)
    print(f"\n{len(done)} were built in {whole:.0f} s; one by one: {alone:.0f} s.")
    print(f"{busy:.2f} of {cores} cores were busy.")


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--most", type=int, default=60, help="rows; default: 60")
    parser.add_argument("command", nargs=argparse.REMAINDER)
    given = parser.parse_args()
    command = given.command or ["./nixw", "flake", "check"]
    watch = Watch()
    with subprocess.Popen(
        [*command, "--log-format", "internal-json"], stderr=subprocess.PIPE, text=True
    ) as process:
        for line in process.stderr or ():
            watch.take(line)
    report(watch, given.most)
    return process.returncode


if __name__ == "__main__":
    sys.exit(main())
