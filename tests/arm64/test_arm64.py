"""The images for arm64, started on a machine that emulates it."""

from pathlib import Path

import requests

AARCH64 = 183  # e_machine of ELF's header
BUILD_DATE = 1767225600  # 2026-01-01, nix/images/db/build.sh


def machine(file: Path) -> int | None:
    """What a program or library is for; None where it is none."""
    with file.open("rb") as content:
        header = content.read(20)
    return int.from_bytes(header[18:20], "little") if header[:4] == b"\x7fELF" else None


def test_every_program_and_library_is_for_the_architecture(image):
    assert image.image["architecture"] == "arm64"
    files = [
        file
        for file in image.root.rglob("*")
        if file.is_file() and not file.is_symlink()
    ]
    machines = {
        str(file): found for file in files if (found := machine(file)) is not None
    }
    assert machines
    assert [file for file, found in machines.items() if found != AARCH64] == []


def test_data_were_made_by_the_programs_that_serve_them(images):
    """Their clock was held at the build's date; x86_64's programs have their own."""
    (control,) = images["db"].root.glob("nix/store/*-db-data/global/pg_control")
    assert int.from_bytes(control.read_bytes()[24:32], "little") == BUILD_DATE


def test_server_answers_with_a_row_that_it_reads_from_the_database(start_container):
    passwords = {"POSTGRES_PASSWORD": "p", "POSTGRES_SERVE_PASSWORD": "s"}
    db = start_container("db", POSTGRES_INIT="sample", **passwords)
    server = start_container(
        "server",
        POSTGRES_HOST="127.0.0.1",
        POSTGRES_SERVE_PASSWORD="s",
        DJANGO_SECRET_KEY="k" * 50,
        ALLOWED_HOSTS="127.0.0.1",
        BEHIND_TLS="false",
    )
    answer = requests.get("http://127.0.0.1:8080/item/1/", timeout=60)
    assert answer.status_code == 200
    assert answer.json()["text"]
    assert server.stop() == 0
    assert db.stop() == 0
