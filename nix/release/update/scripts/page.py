"""The page of an update, in Markdown."""

from dataclasses import dataclass, field
from pathlib import Path

from facts import Facts, differences
from pip._vendor.packaging.version import InvalidVersion, Version
from rows import Row, State

LINES = 12  # of security, of each package
TAIL = 15  # of a failed check's log


@dataclass
class Page:
    """What an update did. `faults` are sentences; with one, it failed."""

    moved: dict[tuple[str, str], tuple[str, str]] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)
    nixpkgs: str = ""
    before: Facts = field(default_factory=Facts)
    after: Facts | None = None
    # The checks that ran, and how each ended.
    ended: dict[str, str] = field(default_factory=dict)
    # Changed checks that were not asked for.
    left: list[str] = field(default_factory=list)
    logs: dict[str, Path] = field(default_factory=dict)  # of checks that failed
    faults: list[str] = field(default_factory=list)

    def text(self) -> str:
        lines = ["# Update of the locks", "", *self.verdict(), *self.packages()]
        if self.nixpkgs:
            lines += ["", "## nixpkgs", "", self.nixpkgs]
        if self.after:
            lines += self.facts(self.before, self.after)
        lines += [*self.checks(), *self.rest()]
        return "\n".join(lines) + "\n"

    def verdict(self) -> list[str]:
        if self.faults:
            return ["**It failed:**", "", *(f"- {fault}" for fault in self.faults)]
        if not self.moved:
            return ["Nothing moved."]
        passed = (
            f"{len(self.moved)} versions moved; {len(self.ended)} checks ran and passed"
        )
        return [
            f"{passed}, {len(self.left)} did not run." if self.left else f"{passed}."
        ]

    def packages(self) -> list[str]:
        if not self.moved:
            return []
        lines = [
            "",
            "## Packages",
            "",
            "| what | name | from | to |",
            "| --- | --- | --- | --- |",
        ]
        lines += [
            f"| {kind} | {name} | {old or 'none'} | {new or 'none'} |"
            for (kind, name), (old, new) in sorted(self.moved.items())
        ]
        security = [line for row in self.rows for line in self.security(row)]
        return lines + (["", "## Security", "", *security] if security else [])

    def security(self, row: Row) -> list[str]:
        """What a moved package's changelog tells up to where it moved."""
        _, new = self.moved.get((row.kind, row.name), ("", ""))
        if not new:
            return []
        lines = [line for line in row.security if is_up_to(line, new)]
        more = [f"- and {len(lines) - LINES} more lines"] if len(lines) > LINES else []
        says = "; ".join(one for one in row.says.split("; ") if "relock" not in one)
        # A name of others in a request would call them.
        items = ["- " + line.replace("@", "@<!-- -->") for line in lines[:LINES]] + more
        unread = says.startswith(("its ", "it has"))
        items = items or ["It could not be read." if unread else "It tells of none."]
        title = f"{row.name} {row.locked} → {new}" + (f" ({says})" if says else "")
        return [f"### {title}", "", *items, ""]

    def facts(self, before: Facts, after: Facts) -> list[str]:
        lines = [
            "",
            "## Images",
            "",
            "| image | before | after |",
            "| --- | --- | --- |",
        ]
        lines += [
            f"| {name} | {before.sizes.get(name, 'none')} "
            f"| {after.sizes.get(name, 'none')} |"
            for name in sorted(before.sizes | after.sizes)
        ]
        api = differences(before.api, after.api) or ["Nothing changed."]
        metrics = differences(before.metrics, after.metrics) or [
            f"The {len(after.metrics)} names are the same."
        ]
        return [*lines, "", "## API", "", *api, "", "## Metrics", "", *metrics]

    def checks(self) -> list[str]:
        if not self.ended and not self.left:
            return []
        lines = [
            "",
            "## Checks",
            "",
            "Those that the change reaches.",
            "",
            "| check | |",
        ]
        lines += [
            "| --- | --- |",
            *(f"| {name} | {how} |" for name, how in self.ended.items()),
        ]
        lines += [f"| {name} | did not run: not asked for |" for name in self.left]
        for name, log in self.logs.items():
            tail = log.read_text(errors="replace").splitlines()[-TAIL:]
            lines += ["", f"### {name}", "", *(f"    {line}" for line in tail)]
        return lines

    def rest(self) -> list[str]:
        """What stays behind."""
        held = [row for row in self.rows if row.state is State.HELD]
        unknown = [row for row in self.rows if row.state is State.NOT_ASKED]
        if not held and not unknown:
            return []
        mended = sum(1 for row in held if row.security)
        return [
            "",
            f"{len(held)} inputs are held back, {mended} of them with faults that "
            f"newer versions mend, and {len(unknown)} could not be asked: "
            "`./nixw run .#outdated`.",
        ]


def is_up_to(line: str, new: str) -> bool:
    """Whether a line "VERSION: …" is of a version up to another; others are of all."""
    try:
        is_of_it: bool = Version(line.partition(":")[0]) <= Version(new)
    except InvalidVersion:
        return True
    return is_of_it
