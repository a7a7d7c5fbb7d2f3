"""Encryption with the real age."""

import subprocess

import pytest

from backup.seal import (
    DamagedError,
    refuse_key,
    refuse_recipients,
    seal,
    unsealed,
)
from tests.stores import make_keys

TEXT = b"a row\n" * 100_000


@pytest.fixture(scope="module")
def keys():
    return make_keys()


@pytest.fixture
def sealed(tmp_path, keys):
    file = tmp_path / "a/sealed"
    seal([keys[1]], file, lambda to: to.write(TEXT), 42.5)
    return file


def test_the_private_key_reads_it_again(sealed, keys):
    assert b"a row" not in sealed.read_bytes()
    assert sealed.stat().st_size < len(TEXT) / 10
    with unsealed(sealed, keys[0]) as plain:
        assert plain.read() == TEXT
    assert plain.mtime == 42


def test_each_of_several_keys_reads_it(tmp_path, keys):
    """Two people can have a key each."""
    second = make_keys()
    seal([keys[1], second[1]], tmp_path / "sealed", lambda to: to.write(b"x"))
    for private in (keys[0], second[0]):
        with unsealed(tmp_path / "sealed", private) as plain:
            assert plain.read() == b"x"


def test_another_key_does_not(sealed):
    with (
        pytest.raises(SystemExit, match="the key is not the one"),
        unsealed(sealed, make_keys()[0]),
    ):
        pass


@pytest.mark.parametrize("at", [5, 150, 300, -1])
def test_changed_byte_is_noticed(sealed, keys, at):
    data = bytearray(sealed.read_bytes())
    data[at] ^= 1
    sealed.write_bytes(data)
    with pytest.raises((DamagedError, SystemExit)), unsealed(sealed, keys[0]) as plain:
        plain.read()


@pytest.mark.parametrize("size", [0, 100, -1])
def test_cut_file_is_noticed(sealed, keys, size):
    sealed.write_bytes(sealed.read_bytes()[:size])
    with pytest.raises(DamagedError), unsealed(sealed, keys[0]) as plain:
        plain.read()


def test_what_is_not_compressed_is_noticed(tmp_path, keys):
    file = tmp_path / "sealed"
    command = ["age", f"--recipient={keys[1]}", f"--output={file}"]
    subprocess.run(command, input=b"plain", check=True)
    with (
        pytest.raises(DamagedError, match="Not a gzipped"),
        unsealed(file, keys[0]) as p,
    ):
        p.read()


def test_failure_while_it_is_written_is_not_hidden(tmp_path, keys):
    """Else a file that moved on would be sent in half."""

    def write(to):
        to.write(b"half")
        raise FileNotFoundError

    with pytest.raises(FileNotFoundError):
        seal([keys[1]], tmp_path / "sealed", write)


def test_keys_are_looked_at_first(keys):
    refuse_recipients([keys[1]])
    refuse_key(keys[0])
    with pytest.raises(SystemExit, match="needs BACKUP_ELSEWHERE_RECIPIENT"):
        refuse_recipients([])
    with pytest.raises(SystemExit, match="is no public key of age"):
        refuse_recipients([keys[1][:-1] + ("p" if keys[1][-1] == "q" else "q")])
    for key in ("", "a password", keys[1]):
        with pytest.raises(SystemExit, match="no private key of age"):
            refuse_key(key)
