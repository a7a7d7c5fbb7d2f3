"""What an SBOM tells of what is inside of packages, where no image has an example."""

from pathlib import Path

import bundled
import golang
import pytest


def inside(path: Path, *without: str) -> list[tuple[str, str, str]]:
    found = bundled.libraries(path, without)
    return [(one.name, one.version, str(one.purl)) for one in found]


def length(text: bytes) -> bytes:
    """As Go writes it: groups of seven bits, the lowest first."""
    rest, groups = len(text), b""
    while rest > 127:
        groups += bytes([rest & 127 | 128])
        rest >>= 7
    return groups + bytes([rest])


def make_program(file: Path, lines: list[str], version: bytes = b"go1.24.4") -> Path:
    """As Go's linker makes it, after a text that is the same as the mark."""
    stated = b"0" * 16 + "\n".join(lines).encode() + b"0" * 16
    texts = length(version) + version + length(stated) + stated
    mark = b"\xff Go buildinf:"
    file.parent.mkdir(parents=True)
    file.write_bytes(
        b"\x7fELF" + mark + b"\0" * 64 + mark + b"\x08\x02" + b"\0" * 16 + texts
    )
    return file


def test_modules_of_a_go_program_are_named(tmp_path: Path):
    lines = [
        "path\texample.com/program/cmd",
        "mod\texample.com/program\tv1.0.0\th1:a=",
        "dep\tgithub.com/someone/library/v2\tv2.3.4\th1:b=",
        "dep\tgithub.com/someone/old\tv0.1.0",
        "=>\tgithub.com/someone/new\tv0.2.0\th1:c=",
        "build\t-trimpath=true",
    ]
    make_program(tmp_path / "bin/program", lines)
    assert inside(tmp_path) == [
        ("stdlib", "1.24.4", "pkg:golang/stdlib@1.24.4"),
        (
            "github.com/someone/library/v2",
            "v2.3.4",
            "pkg:golang/github.com/someone/library/v2@v2.3.4",
        ),
        (
            "github.com/someone/new",
            "v0.2.0",
            "pkg:golang/github.com/someone/new@v0.2.0",
        ),
    ]


def test_a_go_program_without_modules_names_gos_own_library(tmp_path: Path):
    file = make_program(tmp_path / "bin/p", ["path\ta"], b"go1.25.1 X:nodwarf5")
    assert golang.read(file) == [("stdlib", "1.25.1")]


@pytest.mark.parametrize("content", [b"", b"\x7fELF", b"\xff Go buildinf:\x08\x00" * 9])
def test_other_programs_name_none(tmp_path: Path, content: bytes):
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/p").write_bytes(content)
    assert inside(tmp_path) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/*! jQuery v3.7.1 | (c) OpenJS Foundation */", "pkg:npm/jquery@3.7.1"),
        ("/*!\n * Select2 4.0.13\n * https://a.example\n */", "pkg:npm/select2@4.0.13"),
        ("x(); /*!\n * XRegExp 5.1.1\n */ y()", "pkg:npm/xregexp@5.1.1"),
        (
            "/*!\n *  Font Awesome 4.0.3 by @somebody\n */",
            "pkg:npm/font-awesome@4.0.3",
        ),
        ("/*! https://a.example/b/uPlot (v1.6.32) */", "pkg:npm/uplot@1.6.32"),
    ],
)
def test_libraries_of_javascript_are_named(tmp_path: Path, text: str, expected: str):
    (tmp_path / "a.min.js").write_text(text)
    assert [str(one.purl) for one in bundled.libraries(tmp_path, [])] == [expected]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/*! unheard-of v1.2 | MIT */", ("unheard-of", "1.2")),
        ("/*! @license unheard-of 3.4.13 | a */", ("unheard-of", "3.4.13")),
        ("/*! unheard.of - a plugin */", ("unheard.of", "unknown")),
        ("/**\n * @license Unheard of\n */", ("Unheard of", "unknown")),
    ],
)
def test_a_library_that_is_not_in_the_table_is_named(
    tmp_path: Path, text: str, expected: tuple[str, str]
):
    (tmp_path / "a.css").write_text(text)
    (found,) = bundled.libraries(tmp_path, [])
    assert (found.name, found.version) == expected
    assert found.purl is None
    assert not found.licenses


@pytest.mark.parametrize(
    "text",
    [
        "/* Works with jQuery 1.9 and later */ x()",
        "/* jQuery v1.9 is what it works with */ x()",
        "x() /*! what follows is for browsers without it */",
        "/*! For license information please see a.js.LICENSE.txt */",
        "x(); // jQuery v3.7.1",
        "",
    ],
)
def test_an_ordinary_comment_names_no_library(tmp_path: Path, text: str):
    (tmp_path / "a.js").write_text(text)
    assert inside(tmp_path) == []


def test_a_library_without_a_banner_is_known_by_its_file(tmp_path: Path):
    (tmp_path / "swagger-ui-bundle.37aa30.js").write_text('{PACKAGE_VERSION:"5.3.1"}')
    assert inside(tmp_path) == [
        ("swagger-ui-dist", "5.3.1", "pkg:npm/swagger-ui-dist@5.3.1")
    ]


def test_what_the_image_leaves_out_is_not_named(tmp_path: Path):
    make_program(tmp_path / "bin/program", [])
    (tmp_path / "share/static").mkdir(parents=True)
    (tmp_path / "share/static/a.js").write_text("/*! jQuery v3.7.1 */")
    assert len(inside(tmp_path)) == 2
    assert [name for name, *_ in inside(tmp_path, "share")] == ["stdlib"]
    assert inside(tmp_path, "bin/*", "**/static") == []


def test_the_commit_of_a_copy_is_what_the_wheel_says(tmp_path: Path):
    site = tmp_path / "lib/python3.13/site-packages"
    (site / "argon2_cffi_bindings-1.dist-info").mkdir(parents=True)
    metadata = site / "argon2_cffi_bindings-1.dist-info/METADATA"
    metadata.write_text("Name: argon2-cffi-bindings\n")
    assert inside(tmp_path) == [("phc-winner-argon2", "unknown", "None")]
    commit = "f57e61e19229e23c4445b85494dbf7c07de721cb"
    metadata.write_text(f"https://github.com/P-H-C/phc-winner-argon2/commit/{commit}")
    assert inside(tmp_path) == [
        (
            "phc-winner-argon2",
            commit,
            f"pkg:github/p-h-c/phc-winner-argon2@{commit}",
        )
    ]
