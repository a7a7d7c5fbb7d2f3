"""The program, on SBOMs of a few packages, with a local archive and a local index."""

import gzip
import io
import json
import lzma
import os
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path, PurePath

import pytest
from test_changelogs import TEXT
from web import Web, serving

# An archive with the packages of a folder: archive.sh's answers.
STAND_IN = """#!/bin/sh
cp "$PACKAGES/candidates" "$PACKAGES/sources" "$2" || exit
echo ready
while read -r name; do
    find "$PACKAGES" -name "$name.deb"
    echo
done
"""


@pytest.fixture
def index() -> Iterator[Web]:
    """A package index."""
    with serving() as server:
        yield server


def add(
    tar: tarfile.TarFile,
    name: str,
    content: bytes = b"",
    link: str = "",
    kind: bytes = tarfile.REGTYPE,
) -> None:
    entry = tarfile.TarInfo(f"./{name}")
    entry.size, entry.linkname, entry.type = len(content), link, kind
    tar.addfile(entry, io.BytesIO(content))


def part(name: str, files: dict[str, bytes], links: dict[str, str]) -> bytes:
    """One member of a package, an ar archive."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        for folder in reversed(PurePath(next(iter({**files, **links}))).parents):
            add(tar, str(folder), kind=tarfile.DIRTYPE)
        for file, content in files.items():
            add(tar, file, content)
        for link, target in links.items():
            add(tar, link, link=target, kind=tarfile.SYMTYPE)
    content = lzma.compress(packed.getvalue())
    head = f"{name:<16}{0:<12}{0:<6}{0:<6}{100644:<8}{len(content):<10}`\n".encode()
    return head + content + b"\n" * (len(content) % 2)


def write_deb(file: Path, changelog: str = "", link: str = "") -> None:
    """A package with a changelog, or with a link in place of its documentation."""
    control = (
        f"Package: {file.stem}\nVersion: 1:2.14-2+deb13u3\nArchitecture: amd64\n"
    ).encode()
    documents = f"usr/share/doc/{file.stem}"
    files = {f"{documents}/changelog.Debian.gz": gzip.compress(changelog.encode())}
    head = (
        b"!<arch>\ndebian-binary   0           0     0     100644  4         `\n2.0\n"
    )
    file.write_bytes(
        head
        + part("control.tar.xz", {"control": control}, {})
        + part("data.tar.xz", {} if link else files, {documents: link} if link else {})
    )


class Audit:
    """The program's surroundings: folders of SBOMs and Debian packages; the root."""

    def __init__(self, directory: Path, index: str) -> None:
        self.sboms, self.packages = directory / "sboms", directory / "packages"
        self.sboms.mkdir()
        self.packages.mkdir()
        self.root = directory
        self.components: list[dict] = []
        self.dependencies: list[dict] = []
        archive = directory / "archive.sh"
        archive.write_text(STAND_IN)
        archive.chmod(0o755)
        nothing = directory / "not-affected.json"
        nothing.write_text("[]")
        self.environment = {
            "ARCHIVE": str(archive),
            "NOT_AFFECTED": str(nothing),
            "HOME": str(directory),
            "PACKAGES": str(self.packages),
            "PATH": os.environ["PATH"],
            "PIP_INDEX_URL": index,
            "PYTHONPATH": os.environ["SET_SCRIPTS"],
        }

    def add(
        self, name: str, version: str, purl: str | None, inside: bool = False
    ) -> None:
        component = {
            "type": "library",
            "bom-ref": name,
            "name": name,
            "version": version,
        }
        if purl:
            component["purl"] = purl
        if not inside:
            component["properties"] = [
                {"name": "nix:store-path", "value": f"/nix/store/{name}"}
            ]
        self.components.append(component)

    def add_debian(self, name: str, version: str, newest: str | None) -> None:
        upstream = f"libxml2%40{version.replace(':', '%3A').replace('+', '%2B')}"
        self.add(
            name,
            version,
            f"pkg:deb/debian/{name}@{version}?arch=amd64&upstream={upstream}",
        )
        with (self.packages / "candidates").open("a") as candidates:
            candidates.write(f"{name} {newest}\n" if newest else "")
        (self.packages / "sources").touch()

    def add_linked(
        self, name: str, version: str, into: str, newest: str | None
    ) -> None:
        """A source of Debian, its two packages in the archive, and what contains it."""
        self.add(
            name, version, f"pkg:deb/debian/{name}@{version}?arch=source", inside=True
        )
        self.dependencies.append({"ref": into, "dependsOn": [name]})
        with (self.packages / "sources").open("a") as sources:
            sources.write(f"{name} {newest} {name}-src 9\n" if newest else "")
            sources.write(
                f"{name} {newest} {name}-doc 8\n{name} 1 old 1\n" if newest else ""
            )

    def run(self, **written: dict | None) -> tuple[int, str]:
        """The exit status, and all that it prints."""
        document = written.get(
            "document",
            {"components": self.components, "dependencies": self.dependencies},
        )
        if document is not None:
            (self.sboms / "server.cdx.json").write_text(json.dumps(document))
        done = subprocess.run(
            [
                sys.executable,
                f"{os.environ['AUDIT_SCRIPTS']}/audit.py",
                str(self.sboms),
            ],
            cwd=self.root,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        return done.returncode, done.stdout


@pytest.fixture
def audit(tmp_path: Path, index: Web) -> Audit:
    return Audit(tmp_path, f"http://127.0.0.1:{index.server_port}/root/simple/")


NEWEST = "1:2.14-2+deb13u3"


def test_nothing_known_ends_well(audit: Audit, index: Web):
    audit.add_debian("libxml2", NEWEST, NEWEST)
    audit.add("Django", "5.2.1", "pkg:pypi/django@5.2.1")
    audit.add_linked("golang-1.24", "1.24.4-1", "libxml2", "1.24.4-1")
    audit.add("libssl", "3.5", None, inside=True)
    audit.add("jquery", "3.7.1", "pkg:npm/jquery@3.7.1", inside=True)
    audit.add("stdlib", "1.24.4", "pkg:golang/stdlib@1.24.4", inside=True)
    index.answers["/root/pypi/Django/5.2.1/json"] = {
        "info": {"version": "5.2.1"},
        "vulnerabilities": [{"id": "PYSEC-1", "withdrawn": "2026-01-01T00:00:00Z"}],
    }
    status, output = audit.run()
    assert status == 0, output
    assert "| none known | libxml2 1:2.14-2+deb13u3 | server |  |" in output
    assert "0 found, 0 not checked, 0 accepted, 3 none known." in output
    assert "| golang" not in output
    assert "the 3 libraries that are bundled into others" in output


def test_an_older_debian_package_is_found(audit: Audit):
    audit.add_debian("libxml2", "1:2.14-2+deb13u2", NEWEST)
    write_deb(audit.packages / "libxml2.deb", TEXT)
    status, output = audit.run()
    assert status == 1
    assert (
        "| found | libxml2 1:2.14-2+deb13u2 | server | CVE-2026-0003, CVE-2026-100004; "
        f"fixed in {NEWEST}: ./nixw relock packages libxml2 |" in output
    )
    assert "of 1 packages 1 have known vulnerabilities; the table says which." in output


@pytest.mark.parametrize(
    ("locked", "newest", "message"),
    [
        (
            "1:2.14-2+deb13u2",
            NEWEST,
            f"CVE-2026-0003, CVE-2026-100004; fixed in {NEWEST}; it is",
        ),
        (
            "1:2.9-1",
            NEWEST,
            f"the changelog of {NEWEST} does not reach back to it; it is",
        ),
        (NEWEST, None, "this machine's archive does not have it"),
    ],
)
def test_a_source_that_is_linked_in_is_told(
    audit: Audit, locked: str, newest: str | None, message: str
):
    audit.add_debian("alertmanager", NEWEST, NEWEST)
    audit.add_linked("libxml2", locked, "alertmanager", newest)
    write_deb(audit.packages / "libxml2-doc.deb", TEXT)
    status, output = audit.run()
    assert status == 1, output
    answer = "found" if "fixed" in message else "not checked"
    assert f"| {answer} | libxml2 {locked} | server | {message}" in output
    assert ("linked into alertmanager" in output) == bool(newest)


def test_the_changelog_of_another_package_is_read(audit: Audit):
    audit.add_debian("libxml2-utils", "1:2.14-2+deb13u2", NEWEST)
    write_deb(audit.packages / "libxml2-utils.deb", link="libxml2")
    write_deb(audit.packages / "libxml2.deb", TEXT)
    assert "| found | libxml2-utils" in audit.run()[1]


def test_a_newer_version_without_a_cve_is_told(audit: Audit):
    audit.add_debian("libxml2", "1:2.14-2+deb13u2", NEWEST)
    write_deb(audit.packages / "libxml2.deb", TEXT.replace("CVE-2026-", "bug "))
    status, output = audit.run()
    assert status == 0, output
    assert (
        f"| none known | libxml2 1:2.14-2+deb13u2 | server | {NEWEST} is newer"
        in output
    )


@pytest.mark.parametrize(
    ("locked", "newest", "reason"),
    [
        (NEWEST, None, "this machine's archive does not have it"),
        (NEWEST, "1:2.14-2", "the archive only has the older 1:2.14-2"),
        ("1:2.9-1", NEWEST, "does not reach back to it"),
    ],
)
def test_what_the_archive_cannot_tell_is_not_checked(
    audit: Audit, locked: str, newest: str | None, reason: str
):
    audit.add_debian("libxml2", locked, newest)
    write_deb(audit.packages / "libxml2.deb", TEXT)
    status, output = audit.run()
    assert status == 1
    assert "| not checked | libxml2" in output
    assert reason in output
    assert "of 1 packages 1 were not checked" in output


def test_a_package_that_cannot_be_downloaded_is_not_checked(audit: Audit):
    audit.add_debian("libxml2", "1:2.14-2+deb13u2", NEWEST)
    assert "| not checked | libxml2" in audit.run()[1]


def test_without_an_archive_nothing_is_checked(audit: Audit):
    audit.add(
        "libxml2",
        NEWEST,
        f"pkg:deb/debian/libxml2@{NEWEST}?upstream=libxml2%40{NEWEST}",
    )
    status, output = audit.run()
    assert status == 1
    assert "Debian's archive was not reached" in output


def test_what_the_index_knows_is_found(audit: Audit, index: Web):
    audit.add("django", "5.2.1", "pkg:pypi/django@5.2.1")
    index.answers["/root/pypi/django/5.2.1/json"] = {
        "info": {"version": "5.2.1"},
        "vulnerabilities": [
            {
                "id": "PYSEC-1",
                "aliases": ["CVE-2026-7", "GHSA-1"],
                "fixed_in": ["5.2.2"],
            },
            {
                "id": "GHSA-1",
                "aliases": ["CVE-2026-7", "PYSEC-1"],
                "fixed_in": ["5.2.2"],
            },
        ],
    }
    status, output = audit.run()
    assert status == 1
    assert (
        "| found | django 5.2.1 | server | CVE-2026-7; "
        "fixed in 5.2.2: ./nixw relock wheels django |" in output
    )


def test_an_index_that_knows_the_newest_version_alone(audit: Audit, index: Web):
    audit.add("django", "5.2.1", "pkg:pypi/django@5.2.1")
    audit.add("idna", "3.20", "pkg:pypi/idna@3.20")
    for name, version in (("django", "6.1"), ("idna", "3.20")):
        index.answers[f"/root/pypi/{name}/json"] = {
            "info": {"version": version},
            "vulnerabilities": [],
        }
    status, output = audit.run()
    assert status == 1
    assert (
        "| not checked | django 5.2.1 | server | the package index tells of" in output
    )
    assert "| none known | idna 3.20" in output


def test_without_an_index_nothing_is_checked(audit: Audit, index: Web):
    audit.add("django", "5.2.1", "pkg:pypi/django@5.2.1")
    audit.add("idna", "3.20", "pkg:pypi/idna@3.20")
    audit.environment["PIP_INDEX_URL"] = "http://127.0.0.1:9/simple"
    status, output = audit.run()
    assert status == 1
    assert output.count("the package index was not reached") == 2


def test_a_broken_configuration_of_pip_is_told(audit: Audit):
    audit.add("django", "5.2.1", "pkg:pypi/django@5.2.1")
    audit.environment["PIP_CONFIG_FILE"] = str(audit.root / "pip.conf")
    (audit.root / "pip.conf").write_text("no section")
    status, output = audit.run()
    assert status == 1
    assert (
        "| not checked | django 5.2.1 | server | pip fails: `python3 -m pip" in output
    )


def test_what_nobody_knows_of_is_not_checked(audit: Audit):
    audit.add("openssl", "3.5.1", None)
    status, output = audit.run()
    assert status == 1
    assert "| not checked | openssl 3.5.1 | server | nothing here knows of it" in output


def test_grype_tells_of_all_where_it_is_there(audit: Audit):
    audit.add("openssl", "3.5.1", None)
    audit.add("zlib", "1.3", None)
    matches = [
        {
            "vulnerability": {"id": "GHSA-2"},
            "relatedVulnerabilities": [{"id": "CVE-2026-9"}],
            "artifact": {"name": "openssl", "version": "3.5.1"},
        }
    ]
    grype = audit.root / "grype"
    grype.write_text(f"#!/bin/sh\necho '{json.dumps({'matches': matches})}'\n")
    grype.chmod(0o755)
    audit.environment["GRYPE"] = str(grype)
    status, output = audit.run()
    assert status == 1
    assert "| found | openssl 3.5.1 | server | CVE-2026-9; nix flake update |" in output
    assert "| none known | zlib 1.3" in output
    grype.write_text("#!/bin/sh\nexit 1\n")
    assert "0 found, 2 not checked" in audit.run()[1]


def test_what_is_accepted_ends_well(audit: Audit):
    audit.add_debian("libxml2", "1:2.14-2+deb13u2", NEWEST)
    write_deb(audit.packages / "libxml2.deb", TEXT)
    (audit.root / "audit.toml").write_text(
        "".join(
            f'[[accepted]]\nid = "{one}"\npackage = "libxml2"\n'
            'reason = "no XML here"\nuntil = 9999-01-01\n'
            for one in ("CVE-2026-0003", "CVE-2026-100004", "CVE-2026-5")
        )
    )
    status, output = audit.run()
    assert status == 0, output
    assert "| accepted | libxml2" in output
    assert (
        "audit: audit.toml accepts CVE-2026-5 in libxml2, but it was not found"
        in output
    )


def test_a_malformed_file_is_refused_before_anything_else(audit: Audit):
    (audit.root / "audit.toml").write_text("[[")
    status, output = audit.run()
    assert status == 1
    assert output.startswith("audit: audit.toml is no TOML")
    assert len(output.splitlines()) == 1


def test_what_is_no_sbom_is_refused(audit: Audit):
    status, output = audit.run(document={})
    assert status == 1
    assert "server.cdx.json is no SBOM of CycloneDX" in output


def test_a_folder_without_sboms_is_refused(audit: Audit):
    status, output = audit.run(document=None)
    assert status == 1
    assert "has no SBOM (NAME.cdx.json)." in output
