"""How a store is named, and what the real rclone says of it."""

import os
from pathlib import Path

import pytest

from backup.store import Store, words_of_rclone
from tests.stores import folder_store, names

S3 = {
    "BACKUP_ELSEWHERE": "s3://bucket/a/path/",
    "BACKUP_ELSEWHERE_KEY_ID": "id",
    "BACKUP_ELSEWHERE_SECRET": "secret",
}
SFTP = {
    "BACKUP_ELSEWHERE": "sftp://user@host.example:2222/a/path",
    "BACKUP_ELSEWHERE_HOST_KEY": "ssh-ed25519 AAAA, ssh-rsa BBBB",
    "BACKUP_ELSEWHERE_SECRET": "-----BEGIN\nKEY",
}


@pytest.fixture
def read(monkeypatch):
    """The store that variables name."""

    def read(variables):
        for name in list(os.environ):
            if name.startswith("BACKUP_ELSEWHERE"):
                monkeypatch.delenv(name)
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        return Store.read()

    return read


def options(store):
    start = "RCLONE_CONFIG_ELSEWHERE_"
    return {
        name.removeprefix(start): value
        for name, value in store.environment.items()
        if name.startswith(start)
    }


def test_without_a_name_there_is_no_store(read):
    assert read({}) is None


def test_object_store(read):
    store = read(S3 | {"BACKUP_ELSEWHERE_ENDPOINT": "https://s3.example"})
    assert store.root == "elsewhere:bucket/a/path"
    assert store.has_atomic_puts
    assert options(store) == {
        "TYPE": "s3",
        "PROVIDER": "Other",
        "ENDPOINT": "https://s3.example",
        "REGION": "us-east-1",
        "ACCESS_KEY_ID": "id",
        "SECRET_ACCESS_KEY": "secret",
        "NO_CHECK_BUCKET": "true",
    }
    assert options(read(S3))["PROVIDER"] == "AWS"


def test_other_machine(read):
    store = read(SFTP)
    assert store.root == "elsewhere:/a/path"
    assert not store.has_atomic_puts
    given = options(store)
    assert given["HOST"], given["PORT"] == ("host.example", "2222")
    assert given["USER"] == "user"
    assert given["KEY_PEM"] == "-----BEGIN\\nKEY"
    assert Path(given["KNOWN_HOSTS_FILE"]).read_text() == (
        "[host.example]:2222 ssh-ed25519 AAAA\n[host.example]:2222 ssh-rsa BBBB\n"
    )
    home = read(SFTP | {"BACKUP_ELSEWHERE": "sftp://user@host/~/path"})
    assert home.root == "elsewhere:path"


def test_secret_in_a_file(read, tmp_path):
    """Else it would be in the container's environment, which many can read."""
    file = tmp_path / "secret"
    file.write_text("of a file\n")
    of_file = {
        name: value for name, value in S3.items() if name != "BACKUP_ELSEWHERE_SECRET"
    } | {"BACKUP_ELSEWHERE_SECRET_FILE": str(file)}
    assert options(read(of_file))["SECRET_ACCESS_KEY"] == "of a file"
    with pytest.raises(SystemExit, match="not both"):
        read(of_file | S3)
    file.unlink()
    with pytest.raises(SystemExit, match="cannot be read: No such file"):
        read(of_file)


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        (S3 | {"BACKUP_ELSEWHERE": "bucket"}, "must be s3://BUCKET/PATH or sftp://"),
        (S3 | {"BACKUP_ELSEWHERE": "s3://id:secret@b"}, "must be s3://BUCKET/PATH"),
        (S3 | {"BACKUP_ELSEWHERE_ENDPOINT": "x"}, r"must be the http\(s\)://"),
        (S3 | {"BACKUP_ELSEWHERE_SECONDS": "0"}, "must be a whole number of seconds"),
        (S3 | {"BACKUP_ELSEWHERE_RECIPIENT": "AGE-S"}, "must be public keys"),
        (S3 | {"BACKUP_ELSEWHERE_REGION": "eu # x"}, "must be one word"),
        (S3 | {"BACKUP_ELSEWHERE_KEY_ID": "id  # x"}, "must be one word"),
        (S3 | {"BACKUP_ELSEWHERE_KEY_ID": ""}, "needs BACKUP_ELSEWHERE_KEY_ID"),
        (SFTP | {"BACKUP_ELSEWHERE_HOST_KEY": "AAAA"}, "must be the server's public"),
        (SFTP | {"BACKUP_ELSEWHERE_HOST_KEY": ""}, "needs BACKUP_ELSEWHERE_HOST_KEY"),
    ],
)
def test_what_is_malformed_is_refused(read, variables, sentence):
    with pytest.raises(SystemExit, match=sentence):
        read(variables)


@pytest.mark.parametrize(
    ("printed", "words"),
    [
        (
            "2026/12/01 00:29:57 ERROR : a/x: Failed to copy: no\n"
            "2026/12/01 00:29:57 Failed to copy with 2 errors: last error was: "
            "NoSuchBucket: no\n\tstatus code: 404, request id: 3F8",
            "NoSuchBucket: no",
        ),
        (
            '2026/12/01 00:28:24 Failed to create file system for "t:/a/b": NewFs: '
            "couldn't connect SSH",
            "NewFs: couldn't connect SSH",
        ),
        ("", "no words"),
    ],
)
def test_words_of_rclone_are_one_line(printed, words):
    assert words_of_rclone(printed) == words


def test_files_are_sent_taken_and_removed(tmp_path):
    store = folder_store(tmp_path / "store", "")
    sent = tmp_path / "sent"
    (sent / "a").mkdir(parents=True)
    (sent / "a/one").write_text("1")
    (sent / "two").write_text("2")
    assert store.sizes("place") == {}
    for _ in range(2):  # it writes over what is there
        store.send(sent, "place")
    assert store.sizes("place") == {"a/one": 1, "two": 1}
    assert names(tmp_path / "store") == {"place/a/one", "place/two"}
    (tmp_path / "taken").mkdir()
    store.take(["a/one", "gone"], "place", tmp_path / "taken")
    assert names(tmp_path / "taken") == {"a/one"}
    assert store.read_text("two", "place") == "2"
    store.remove(["a/one"], "place")
    assert store.sizes("place") == {"two": 1}


def test_what_was_not_sent_to_its_end_is_forgotten(tmp_path):
    """Else the next file of that name would be taken for whole."""
    store = folder_store(tmp_path, "")
    store.forget_incoming("place")
    (tmp_path / "incoming/place").mkdir(parents=True)
    (tmp_path / "incoming/place/half").touch()
    store.forget_incoming("place")
    assert not names(tmp_path)


def test_copies_are_told_by_when_they_were_written(tmp_path):
    store = folder_store(tmp_path, "")
    for number, place in ((2, "1/b"), (1, "1/a"), (3, "2/c")):
        (tmp_path / place).mkdir(parents=True)
        for name in ("identity.json.gz.age", "streams.json.gz.age"):
            (tmp_path / place / name).touch()
            os.utime(tmp_path / place / name, (number, number))
    (tmp_path / "other").mkdir()
    (tmp_path / "other/identity").touch()
    assert [copy.place for copy in store.copies()] == ["1/a", "1/b", "2/c"]


def test_store_that_does_not_do_it_is_told(tmp_path):
    (tmp_path / "file").touch()
    store = folder_store(tmp_path / "file", "")
    with pytest.raises(OSError, match=f"sftp://user@host{tmp_path}/file: "):
        store.send(tmp_path, "place")
