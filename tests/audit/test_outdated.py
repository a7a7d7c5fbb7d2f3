"""`outdated`: what is behind, held, current and not asked, and what is insecure.

On a tree with locks, and an index, an archive and a GitHub of the test's own.
"""

import hashlib
import io
import json
import os
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from test_audit import NEWEST, STAND_IN, write_deb
from test_changelogs import TEXT
from web import Web, serving

CHANGES = """\
## 3.0
CVE-2026-3000 is mended.
## 1.2
CVE-2026-1200 is mended.
## 1.1
CVE-2026-1100 is mended.
"""
WORKFLOW = "steps:\n  - uses: actions/checkout@0123456789abcdef # v1.0.1\n"


def wheel(name: str, version: str, needs: str = "") -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        folder = f"{name}-{version}.dist-info"
        needs = f"Requires-Dist: {needs}\n" if needs else ""
        metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{needs}"
        archive.writestr(f"{folder}/METADATA", metadata)
        tag = "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        archive.writestr(f"{folder}/WHEEL", tag)
        archive.writestr(f"{folder}/RECORD", "")
    return content.getvalue()


def source(name: str, version: str, files: dict[str, str]) -> bytes:
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w:gz") as archive:
        for path, text in files.items():
            entry = tarfile.TarInfo(f"{name}-{version}/{path}")
            entry.size = len(text.encode())
            archive.addfile(entry, io.BytesIO(text.encode()))
    return content.getvalue()


class Tree:
    """The root, and what the programs find around it."""

    def __init__(self, directory: Path, running: Web) -> None:
        self.root, self.packages = directory / "root", directory / "packages"
        self.ranges = directory / "ranges"
        for folder in (self.root / ".github/workflows", self.packages, self.ranges):
            folder.mkdir(parents=True)
        self.server = running
        self.address = f"http://127.0.0.1:{running.server_port}"
        self.python: list[dict] = []
        self.debian: list[dict] = []
        self.files: dict[str, list[dict]] = {}
        for name in ("candidates", "sources"):
            (self.packages / name).touch()
        archive = directory / "archive.sh"
        archive.write_text(STAND_IN)
        archive.chmod(0o755)
        self.pin("f" * 40)
        self.serve("/api/repos/NixOS/nixpkgs/commits/nixos-26.05", commit("f" * 40))
        self.environment = {
            "ARCHIVE": str(archive),
            "GITHUB_API_URL": f"{self.address}/api",
            "HOME": str(directory),
            "PACKAGES": str(self.packages),
            "PATH": os.environ["PATH"],
            "PIP_INDEX_URL": f"{self.address}/root/simple/",
            "PYTHONPATH": f"{os.environ['SET_SCRIPTS']}:{os.environ['AUDIT_SCRIPTS']}",
            "RANGES": str(self.ranges),
            "SOLVER": os.environ["SOLVER"],
        }

    def serve(
        self, path: str, document: object, kind: str = "application/json"
    ) -> None:
        content = (
            document if isinstance(document, bytes) else json.dumps(document).encode()
        )
        self.server.answers[path] = kind, content

    def pin(self, revision: str) -> None:
        pinned = {
            "type": "github",
            "owner": "NixOS",
            "repo": "nixpkgs",
            "rev": revision,
        }
        nixpkgs = {
            "locked": {**pinned, "lastModified": 1787101114},
            "original": {"ref": "nixos-26.05"},
        }
        nodes = {"nixpkgs": nixpkgs, "root": {"inputs": {"nixpkgs": "nixpkgs"}}}
        (self.root / "flake.lock").write_text(
            json.dumps({"nodes": nodes, "root": "root"})
        )

    def release(
        self, name: str, version: str, files: dict[str, str], needs: str = ""
    ) -> None:
        """A version in the index: a wheel, and a source with these files."""
        for file, content in {
            f"{name}-{version}-py3-none-any.whl": wheel(name, version, needs),
            f"{name}-{version}.tar.gz": source(name, version, files),
        }.items():
            self.serve(f"/files/{file}", content, "application/octet-stream")
            described = {
                "filename": file,
                "url": f"{self.address}/files/{file}",
                "hashes": {"sha256": hashlib.sha256(content).hexdigest()},
                "upload-time": "2026-01-02T03:04:05Z",
            }
            self.files.setdefault(name, []).append(described)
        page = {"meta": {"api-version": "1.1"}, "name": name, "files": self.files[name]}
        self.serve(f"/root/simple/{name}/", page, "application/vnd.pypi.simple.v1+json")

    def lock_python(self, name: str, version: str, needs: str = "") -> None:
        self.python.append({"name": name, "version": version, "file": f"{name}.whl"})
        self.release(name, version, {}, needs)

    def lock_debian(self, name: str, version: str, newest: str, **more: object) -> None:
        entry = {
            "name": name,
            "version": version,
            "source": f"{name} {version}",
            **more,
        }
        self.debian.append({"built_using": [], **entry})
        with (self.packages / "candidates").open("a") as candidates:
            candidates.write(f"{name} {newest}\n")
        with (self.packages / "sources").open("a") as sources:
            sources.write(f"{name} {newest} {name} 1\n")

    def write(self, requirements: str, constraints: str = "") -> None:
        """The locks and the ranges."""
        (self.ranges / "requirements.txt").write_text(requirements)
        (self.ranges / "constraints.txt").write_text(constraints)
        (self.root / "python.lock.json").write_text(json.dumps({"files": self.python}))
        for name in ("debian-packages.lock.json", "debian-packages-arm64.lock.json"):
            (self.root / name).write_text(json.dumps({"files": self.debian}))

    def run(self, *arguments: str) -> tuple[int, str]:
        """The exit status, and all that `outdated` prints."""
        done = subprocess.run(
            [
                sys.executable,
                f"{os.environ['OUTDATED_SCRIPTS']}/outdated.py",
                *arguments,
            ],
            cwd=self.root,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        return done.returncode, done.stdout

    def inputs(self) -> tuple[int, dict[str, dict]]:
        """The exit status, and each input of `outdated --json` by name."""
        status, output = self.run("--json")
        return status, {one["name"]: one for one in json.loads(output)["inputs"]}


def commit(revision: str) -> dict:
    return {"sha": revision, "commit": {"committer": {"date": "2026-11-20T10:00:00Z"}}}


@pytest.fixture
def tree(tmp_path: Path) -> Iterator[Tree]:
    with serving() as running:
        yield Tree(tmp_path, running)


def release(tag: str, body: str, **more: bool) -> dict:
    at = {"published_at": "2026-01-02T03:04:05Z"}
    return {
        "tag_name": tag,
        "body": body,
        "draft": False,
        "prerelease": False,
        **at,
        **more,
    }


def test_nothing_is_behind(tree: Tree):
    tree.lock_python("current", "1.0")
    tree.release("current", "2.0rc1", {})
    tree.lock_debian("libxml2", NEWEST, NEWEST)
    tree.write("current")
    status, output = tree.run()
    assert status == 0, output
    assert "0 behind, 0 held, 0 not asked, 3 current." in output


def test_what_is_behind_and_what_the_ranges_hold(tree: Tree):
    tree.lock_python("behind", "1.1")
    tree.release("behind", "1.2", {})
    tree.release("behind", "3.0", {"CHANGELOG.md": CHANGES})
    tree.lock_python("holder", "1.0", needs="held<2")
    tree.lock_python("held", "1.0")
    tree.release(
        "held",
        "2.0",
        {"PKG-INFO": "Project-URL: Changelog, https://example.com/news\n"},
    )
    tree.write("behind\nholder\nheld\n", "behind<3\n")
    status, inputs = tree.inputs()
    assert status == 1
    behind, held = inputs["behind"], inputs["held"]
    assert (behind["state"], behind["allowed"], behind["newest"]) == (
        "behind",
        "1.2",
        "3.0",
    )
    assert behind["security"] == [
        "1.2: CVE-2026-1200 is mended.",
        "3.0: CVE-2026-3000 is mended.",
    ]
    assert behind["age"] > 300
    assert behind["says"] == "./nixw relock wheels behind"
    assert (held["state"], held["allowed"], held["newest"]) == ("held", "1.0", "2.0")
    assert held["says"].endswith(
        "its source has no changelog: https://example.com/news"
    )
    tree.environment["GITHUB_API_URL"] = "http://127.0.0.1:9"
    says = tree.inputs()[1]["held"]["says"]
    assert says.endswith(
        "its source has no changelog: https://example.com/news; GitHub was not reached"
    )
    assert inputs["holder"]["state"] == "current"


def test_the_table_has_it_for_people(tree: Tree):
    tree.lock_python("behind", "1.1")
    tree.release("behind", "1.2", {"CHANGES": CHANGES + "## 1.2\nsecurity\n"})
    tree.write("behind\n")
    status, output = tree.run()
    assert status == 1
    assert (
        "behind: ./nixw relock wheels behind\n      1.2: CVE-2026-1200 is mended.\n"
        in output
    )


def test_what_is_held_alone_is_no_failure(tree: Tree):
    tree.lock_python("held", "1.1")
    tree.release("held", "3.0", {"CHANGELOG.md": CHANGES})
    tree.write("held<3")
    status, output = tree.run()
    assert status == 0, output
    assert "0 behind, 1 held" in output


def test_what_the_index_knows_of_the_locked_version_is_told(tree: Tree):
    tree.lock_python("behind", "1.1")
    tree.release("behind", "1.2", {"CHANGES": CHANGES})
    known = [{"id": "PYSEC-1", "aliases": ["CVE-2026-0001"]}]
    document = {"info": {"version": "1.1"}, "vulnerabilities": known}
    tree.serve("/root/pypi/behind/1.1/json", document)
    tree.write("behind")
    security = tree.inputs()[1]["behind"]["security"]
    assert security[0] == "1.1: the index knows of CVE-2026-0001"


def test_a_source_with_another_hash_is_not_read(tree: Tree):
    tree.lock_python("behind", "1.1")
    tree.release("behind", "1.2", {"CHANGES": CHANGES})
    tree.serve("/files/behind-1.2.tar.gz", b"other", "application/octet-stream")
    tree.write("behind")
    _, inputs = tree.inputs()
    assert inputs["behind"]["security"] == []
    assert (
        "behind-1.2.tar.gz has not the hash that the index names"
        in inputs["behind"]["says"]
    )


def test_the_notes_of_releases_stand_in_for_a_changelog(tree: Tree):
    tree.lock_python("behind", "1.1")
    link = "Project-URL: Source, https://github.com/team/behind\n"
    tree.release("behind", "1.2", {"PKG-INFO": link})
    notes = [
        release("v1.2", "CVE-2026-1200"),
        release("v1.3", "CVE-2026-9", draft=True),
    ]
    tree.serve("/api/repos/team/behind/releases?per_page=100", notes)
    tree.write("behind")
    assert tree.inputs()[1]["behind"]["security"] == ["1.2: CVE-2026-1200"]


def test_ranges_that_hold_nothing_are_told(tree: Tree):
    tree.lock_python("behind", "1.1")
    tree.release("behind", "1.2", {"CHANGES": CHANGES})
    tree.write("behind==9")
    status, inputs = tree.inputs()
    assert status == 2
    assert inputs["behind"]["state"] == "not asked"
    assert "pip finds nothing that the ranges allow" in inputs["behind"]["says"]


def test_debians_packages_and_what_is_linked_in(tree: Tree):
    tree.lock_python("current", "1.0")
    tree.lock_debian("libxml2", "1:2.14-2+deb13u2", NEWEST)
    old = ["libxml2 1:2.14-2+deb13u2", "golang 1.24.1-1"]
    tree.lock_debian("alertmanager", "1.0-1", "1.0-1", built_using=old)
    write_deb(tree.packages / "libxml2.deb", TEXT)
    tree.write("current")
    status, output = tree.run()
    assert status == 1, output
    assert (
        "behind: ./nixw relock packages libxml2; from the security archive\n" in output
    )
    assert (
        "held: until Debian builds alertmanager anew; from the security archive\n"
        in output
    )
    assert output.count("CVE-2026-0003, CVE-2026-100004\n") == 2
    assert "not asked: the archive does not have it" in output


def test_copied_library_has_a_newer_release(tree: Tree):
    tree.lock_python("current", "1.0")
    tree.write("current")
    folder = tree.root / "nix/images/metrics/assets"
    folder.mkdir(parents=True)
    banner = "/*! https://github.com/someone/plots (v1.0.1) */\nvar plots"
    (folder / "plots.min.js").write_text(banner)
    tree.serve(
        "/api/repos/someone/plots/releases?per_page=100",
        [release("1.0.2", "A security fix."), release("1.0.1", "")],
    )
    status, inputs = tree.inputs()
    assert status == 1
    plots = inputs["someone/plots"]
    assert (plots["state"], plots["newest"]) == ("behind", "1.0.2")
    assert plots["says"].endswith("into nix/images/metrics/assets, with its hashes")


def test_actions_and_the_pin_are_compared(tree: Tree):
    tree.lock_python("current", "1.0")
    (tree.root / ".github/workflows/checks.yaml").write_text(WORKFLOW)
    notes = [release("v1.0.1", "first"), release("v1.1.0", "a security fix")]
    tree.serve("/api/repos/actions/checkout/releases?per_page=100", notes)
    tree.serve("/api/repos/NixOS/nixpkgs/commits/nixos-26.05", commit("a" * 40))
    tree.write("current")
    status, inputs = tree.inputs()
    assert status == 1
    assert inputs["actions/checkout"]["newest"] == "v1.1.0"
    assert inputs["actions/checkout"]["security"] == ["1.1.0: a security fix"]
    assert inputs["actions/checkout"]["age"] > 300
    assert inputs["nixpkgs"]["newest"] == "a" * 12
    assert inputs["nixpkgs"]["says"] == "of 2026-11-20: ./nixw flake update nixpkgs"


def test_what_was_not_reached_is_told(tree: Tree):
    tree.lock_python("current", "1.0")
    tree.environment["GITHUB_API_URL"] = "http://127.0.0.1:9"
    tree.write("current")
    status, output = tree.run()
    assert status == 2
    assert "not asked: GitHub was not reached" in output


def test_without_a_network_there_is_one_sentence(tree: Tree):
    tree.lock_python("current", "1.0")
    tree.write("current")
    (tree.packages / "candidates").unlink()
    tree.environment["GITHUB_API_URL"] = "http://127.0.0.1:9"
    tree.environment["PIP_INDEX_URL"] = "http://127.0.0.1:9/simple"
    status, output = tree.run()
    assert status == 2, output
    assert output.splitlines()[-1] == (
        "outdated: neither the package index, the packages' archive nor GitHub "
        "was reached; check the network."
    )
    assert "all packages" not in output


def test_it_runs_in_a_root_alone(tree: Tree):
    status, output = tree.run()
    assert status == 1
    assert (
        "outdated: there is no python.lock.json here: run it in the root of a tree."
        in output
    )
