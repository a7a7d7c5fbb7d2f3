"""`update`: what it moves, what it checks, what its page has and what it leaves behind.

The tree's commands are stand-ins: `nixw` takes what it answers from files, as git does.
"""

import json
import os
import platform
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from test_outdated import CHANGES, Tree
from tree import LOCKS
from web import serving

NIXW = """#!/bin/sh
case "$1 $*" in
relock*) echo "$@" >>"$ASKED"; . "$WORLD/relock" ;;
*--apply*) cat "$WORLD/checks$(cat moved 2>/dev/null)" ;;
*.deploy.report*) echo "$WORLD/deploy$(cat moved 2>/dev/null)" ;;
*.#images) echo "$WORLD/images$(cat moved 2>/dev/null)" ;;
build*) echo "$@" >>"$ASKED" ;;
esac
"""
MOVE = """echo moved >&2; echo 1 >moved
sed 's/"1.1"/"1.2"/' python.lock.json >new && mv new python.lock.json
"""
OPERATION = {"responses": {"200": {}}}


class World(Tree):
    """A tree, and its commands' answers before a relock and (1 in the name) after."""

    def __init__(self, directory: Path, running: object) -> None:
        super().__init__(directory, running)
        self.world, programs = directory / "world", directory / "programs"
        built = ("deploy", "deploy1", "images", "images1")
        for folder in (self.world, programs, *(self.world / name for name in built)):
            folder.mkdir()
        self.asked = directory / "asked"
        self.answer("git", 'cat "$WORLD/uncommitted" 2>/dev/null || true', programs)
        self.answer("nix", "echo no network >&2; exit 1", programs)
        (self.root / "nixw").write_text(NIXW)
        (self.root / "nixw").chmod(0o755)
        (self.world / "relock").write_text(MOVE)
        self.environment |= {
            "ASKED": str(self.asked),
            "PATH": f"{programs}:{os.environ['PATH']}",
            "PYTHONPATH": ":".join(
                os.environ[name]
                for name in ("OUTDATED_SCRIPTS", "SET_SCRIPTS", "AUDIT_SCRIPTS")
            ),
            "WORLD": str(self.world),
        }
        self.lock_python("behind", "1.1")
        self.release("behind", "1.2", {"CHANGELOG.md": CHANGES})
        self.write("behind")
        get, put = {"get": OPERATION}, {"put": OPERATION}
        self.facts("", 9_500_000, {"/a": get, "/b": get}, "one two")
        self.facts("1", 9_600_000, {"/a": {"get": {}}, "/c": put}, "one three")
        self.check("same", "drv", "drv", "0")
        self.check("unit-tests", "drv", "other", "0")

    def answer(self, name: str, script: str, folder: Path) -> None:
        (folder / name).write_text(f"#!/bin/sh\n{script}\n")
        (folder / name).chmod(0o755)

    def facts(self, when: str, size: int, paths: dict, metrics: str) -> None:
        with (self.world / f"images{when}/server.tar").open("wb") as image:
            image.truncate(size)
        (self.world / f"images{when}/list").touch()
        (self.world / f"deploy{when}/openapi.json").write_text(
            json.dumps({"paths": paths})
        )
        (self.world / f"deploy{when}/metrics").write_text(metrics)

    def check(self, name: str, before: str, after: str, status: str | None) -> None:
        report = self.world / f"{name}-report"
        report.mkdir()
        if status is not None:
            (report / "status").write_text(f"{status}\n")
            (report / "log").write_text("what the tests said\n")
        for file, derivation in (("checks", before), ("checks1", after)):
            path = self.world / file
            known = json.loads(path.read_text()) if path.exists() else {}
            path.write_text(json.dumps({**known, name: [derivation, str(report)]}))

    def start(self, *arguments: str) -> subprocess.Popen:
        script = f"{os.environ['UPDATE_SCRIPTS']}/update.py"
        return subprocess.Popen(
            [sys.executable, script, *arguments],
            cwd=self.root,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def update(self, *arguments: str) -> tuple[int, str, str]:
        """The exit status, the page, and what it said."""
        process = self.start(*arguments)
        page, said = process.communicate()
        return process.returncode, page, said

    def locked(self) -> str:
        return json.loads((self.root / "python.lock.json").read_text())["files"][0][
            "version"
        ]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with serving() as running:
        yield World(tmp_path, running)


def test_the_page_tells_what_moved_and_what_it_changed(world: World):
    status, page, said = world.update()
    assert status == 0, said + page
    assert world.locked() == "1.2"
    assert "1 versions moved; 1 checks ran and passed." in page
    assert "| Python | behind | 1.1 | 1.2 |" in page
    assert "### behind 1.1 → 1.2\n\n- 1.2: CVE-2026-1200 is mended.\n" in page
    assert "| server | 9.5 MB | 9.6 MB |" in page
    for line in ("added: `PUT /c`", "removed: `GET /b`", "changed: `GET /a`"):
        assert f"- {line}\n" in page
    assert "- added: `three`\n- removed: `two`\n" in page
    assert "| unit-tests | passed |" in page
    assert "It was not reached: no network" in page


def test_nobody_whom_a_changelog_names_is_called(world: World):
    notes = "## 1.2\nCVE-2026-1200, thanks to @somebody"
    world.release("behind", "1.2.1", {"CHANGES": notes})
    page = world.update()[1]
    assert "CVE-2026-1200, thanks to @<!-- -->somebody" in page


def test_a_changelog_that_could_not_be_read_is_told(world: World):
    world.serve("/files/behind-1.2.tar.gz", b"other", "application/octet-stream")
    status, page, said = world.update()
    assert status == 0, said
    reason = (
        "its source could not be read: "
        "behind-1.2.tar.gz has not the hash that the index names"
    )
    assert f"### behind 1.1 → 1.2 ({reason})\n\nIt could not be read.\n" in page


def test_only_checks_that_differ_are_built(world: World):
    world.update()
    built = world.asked.read_text().splitlines()[-1]
    system = f"{platform.machine()}-linux"
    assert built == f"build --no-link --keep-going .#checks.{system}.unit-tests"


def test_named_packages_move_alone(world: World):
    world.lock_debian("libxml2", "1-1", "1-1")
    world.write("behind")
    status, page, said = world.update("behind", "libxml2")
    assert status == 0, said + page
    asked = world.asked.read_text().splitlines()
    assert asked[:2] == ["relock wheels behind", "relock packages libxml2"]
    assert "## nixpkgs" not in page


@pytest.mark.parametrize(
    ("status", "how"), [("1", "failed"), (None, "could not be built")]
)
def test_a_check_that_fails_is_told(world: World, status: str | None, how: str):
    world.check("walk", "drv", "other", status)
    code, page, _ = world.update()
    assert code == 1
    assert f"**It failed:**\n\n- The check walk {how}.\n" in page
    assert f"| walk | {how} |" in page
    assert ("what the tests said" in page) == (status == "1")
    assert world.locked() == "1.2"


def test_a_check_that_was_not_asked_for_is_told(world: World):
    world.check("vm", "drv", "other", "0")
    status, page, said = world.update("--check", "unit-tests")
    assert status == 0, said
    assert "1 checks ran and passed, 1 did not run." in page
    assert "| vm | did not run: not asked for |" in page


def test_a_relock_that_fails_puts_the_locks_back(world: World):
    with (world.world / "relock").open("a") as relock:
        relock.write("echo 'nixw: pip could not reach its index' >&2; exit 1\n")
    output = world.root / "page.md"
    status, _, _ = world.update("--output", str(output))
    assert status == 1
    assert "- nixw: pip could not reach its index\n" in output.read_text()
    assert world.locked() == "1.1"


def test_one_that_is_stopped_puts_the_locks_back(world: World):
    with (world.world / "relock").open("a") as relock:
        relock.write("exec sleep 600\n")
    process = world.start()
    while world.locked() != "1.2":
        assert process.poll() is None
        time.sleep(0.05)
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate()
    assert process.returncode == 1
    assert said.endswith("update: it was stopped.\n")
    assert world.locked() == "1.1"


def test_where_nothing_moves_no_check_runs(world: World):
    (world.world / "relock").write_text("")
    status, page, said = world.update()
    assert status == 0, said
    assert "Nothing moved." in page
    assert "build" not in world.asked.read_text()


def test_uncommitted_locks_are_refused(world: World):
    (world.world / "uncommitted").write_text(" M python.lock.json\n")
    status, page, said = world.update()
    assert (status, page) == (1, "")
    assert said == (
        "update: commit or undo the changes of python.lock.json first "
        "(git checkout -- python.lock.json).\n"
    )
    assert not world.asked.exists()


PROGRAM = """#!/bin/sh
echo "${0##*/} $*" >>"$ASKED"
case "$0 $*" in */git\\ diff*) exit "$DIFFERS" ;; *gh\\ pr\\ edit*) exit 1 ;; esac
"""


class Proposal:
    """The job of update.yaml that opens the pull request, in a clone with stand-ins."""

    def __init__(self, directory: Path) -> None:
        workflow = yaml.safe_load(Path(os.environ["UPDATE_WORKFLOW"]).read_text())
        self.jobs = workflow["jobs"]
        self.script = self.jobs["propose"]["steps"][-1]["run"]
        self.clone, self.asked = directory / "clone", directory / "asked"
        programs, update = directory / "programs", directory / "update"
        for folder in (self.clone, programs, update):
            folder.mkdir()
        for name in ("git", "gh"):
            (programs / name).write_text(PROGRAM)
            (programs / name).chmod(0o755)
        for name in (*LOCKS, "page.md", "nixw"):
            (update / name).write_text("new")
        self.environment = {
            "ASKED": str(self.asked),
            "BRANCH": "branch",
            "PATH": f"{programs}:{os.environ['PATH']}",
            "RUNNER_TEMP": str(directory),
        }

    def run(self, **variables: str) -> tuple[int, list[str]]:
        """The exit status, and the commands that it gave."""
        command = ["bash", "-e", "-c", self.script]
        environment = {**self.environment, **variables}
        done = subprocess.run(command, cwd=self.clone, env=environment)
        return done.returncode, self.asked.read_text().splitlines()


def test_the_request_has_the_locks_and_the_page_alone(tmp_path: Path):
    proposal = Proposal(tmp_path)
    status, asked = proposal.run(DIFFERS="1", FAILED="")
    assert status == 0
    assert {file.name for file in proposal.clone.iterdir()} == set(LOCKS)
    page = f"--title Update of the locks --body-file {tmp_path}/page.md"
    assert asked[-3:] == [
        "git push --force origin branch",
        f"gh pr edit branch {page}",
        f"gh pr create --head branch {page}",
    ]


def test_the_request_says_that_something_failed(tmp_path: Path):
    status, asked = Proposal(tmp_path).run(DIFFERS="1", FAILED="yes")
    assert status == 0
    assert "--title Update of the locks: it failed" in asked[-1]


@pytest.mark.parametrize(("failed", "expected"), [("", 0), ("yes", 1)])
def test_without_a_difference_there_is_no_request(
    tmp_path: Path, failed: str, expected: int
):
    status, asked = Proposal(tmp_path).run(DIFFERS="0", FAILED=failed)
    assert (status, asked) == (expected, ["git diff --quiet"])


def test_what_runs_newer_packages_may_write_nothing(tmp_path: Path):
    jobs = Proposal(tmp_path).jobs
    assert jobs["update"]["permissions"] == {"contents": "read"}
    assert "nixw" not in jobs["propose"]["steps"][-1]["run"]
