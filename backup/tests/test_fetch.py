"""The way back from a store, which is a folder here; the check `backup` has servers."""

import errno
import os
import shutil
import subprocess
import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from prometheus_client import CollectorRegistry

from backup import fetch as module
from backup.barman import Barman
from backup.elsewhere import Elsewhere
from backup.fetch import check, empty_home, fetch, is_old, read_key
from tests.making import FIRST, NOON, SECOND, minutes, name
from tests.stores import folder_store, make_keys, names
from tests.test_elsewhere import bring_all, source

__all__ = ["source"]  # a fixture


@pytest.fixture(scope="module")
def keys():
    return make_keys()


@pytest.fixture
def store(settings, source, tmp_path, keys):
    """With one copy."""
    store = folder_store(tmp_path / "store", keys[1])
    registry = CollectorRegistry()
    bring_all(Elsewhere(settings, store, registry, threading.Event()))
    return store


@pytest.fixture
def place(store, tmp_path):
    (place,) = (tmp_path / "store").glob("7000/*")
    return place


@pytest.fixture
def away(settings, tmp_path):
    """Another machine's settings."""
    home = tmp_path / "away"
    home.mkdir()
    return replace(settings, home=home)


@pytest.fixture
def bring(away, store, keys):
    def bring(**options):
        barman = Barman(away.configure())
        given = {"place": None, "store": store, "key": keys[0]} | options
        return fetch(away, barman, **given)

    return bring


@pytest.fixture
def refused(bring, away):
    """The words with which it ends; the volume is as empty as it was."""

    def refused(**options):
        with pytest.raises(SystemExit) as error:
            bring(**options)
        assert not list(away.home.iterdir())
        return str(error.value)

    return refused


def test_everything_comes_back(bring, away, place, capsys):
    assert bring() == f"7000/{place.name}"
    assert {backup.name for backup in Barman(away.configure()).backups()} == {
        FIRST.name,
        SECOND.name,
    }
    words = capsys.readouterr().out
    assert f"the store has 7000/{place.name}, written to at " in words
    assert (
        f"BACKUP_DIR ({away.home}) has the copy 7000/{place.name} "
        "until 2026-01-31T13:39:00+00:00." in words
    )
    assert (away.directory / "xlog.db").exists() or names(away.directory / "wals")


def test_moment_needs_one_base_backup_and_what_follows_it(bring, away):
    bring(moment=NOON + minutes(30))
    found = names(away.directory)
    assert f"base/{FIRST.name}/data/PG_VERSION" in found
    assert not [file for file in found if SECOND.name in file]
    assert f"wals/0000000100000000/{name(2)}" in found
    assert f"set-aside/{name(1)}" not in found


def test_moment_before_all_is_refused(refused):
    assert "no backup is that old" in refused(moment=NOON - timedelta(days=1))


def test_copies_are_named(bring, refused, place):
    assert "the store has no copy 7000/x" in refused(place="7000/x")
    shutil.copytree(place, place.with_name("older"))
    for file in place.with_name("older").glob("*.json.*"):
        os.utime(file, (0, 0))
    assert bring() == f"7000/{place.name}"


def test_copy_that_was_never_finished_is_refused(refused, place):
    (place / "streams.json.gz.age").unlink()
    assert "was never finished: --copy names another one" in refused()


def test_empty_store_is_refused(refused, tmp_path, keys):
    empty = folder_store(tmp_path / "nothing", keys[1])
    assert "has no copy: look at BACKUP_ELSEWHERE" in refused(store=empty)


def test_store_that_ends_half_way_is_told(refused, monkeypatch, store):
    def take(*_):
        raise OSError("the network is gone")

    monkeypatch.setattr(type(store), "take", take)
    assert refused() == "backup: nothing was fetched: the network is gone."


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, "No space left on device"),
        OSError("preallocate: file too big for remaining disk space"),
    ],
)
def test_disk_without_room_is_told(refused, monkeypatch, error):
    def unseal(*_):
        raise error

    monkeypatch.setattr(module.Fetch, "unseal", unseal)
    assert refused().endswith(f"{error}: give BACKUP_DIR more room.")


@pytest.mark.parametrize("kind", ["wals", "base", "identity"])
def test_damaged_object_is_named_and_can_be_left_out(
    refused, bring, away, place, kind, capsys
):
    (damaged, *_) = sorted(place.rglob(f"*{kind}*/*.age")) or [
        place / "identity.json.gz.age"
    ]
    data = bytearray(damaged.read_bytes())
    data[-1] ^= 1
    damaged.write_bytes(data)
    words = refused()
    assert f"{damaged.relative_to(place)} of the copy" in words
    assert "--skip-damaged takes the rest" in words
    bring(skips=True)
    assert " is damaged and left out: " in capsys.readouterr().out


def test_backups_that_are_there_are_left(bring, away):
    away.directory.mkdir()
    (away.directory / "identity.json").touch()
    with pytest.raises(SystemExit, match="has backups already"):
        bring()
    assert names(away.home) == {"backup/identity.json"}


def test_volume_that_is_in_use_is_refused(bring, away):
    with (
        empty_home(away.home),
        pytest.raises(SystemExit, match="in use by another backup: stop it first"),
    ):
        bring()


def test_copy_that_changes_meanwhile_is_followed(bring, away, place, monkeypatch):
    """The machine may run on: it removes what it has sent anew."""
    taken, done = module.Fetch.batch, []

    def batch(self, wanted):
        partial = f"streaming/{name(5)}.partial.gz.age"
        if partial in wanted and not done:
            done.append(True)
            (place / partial).rename(place / "wals" / f"{name(5)}.gz.age")
            shutil.rmtree(place / "base" / FIRST.name)
        return taken(self, wanted)

    monkeypatch.setattr(module.Fetch, "batch", batch)
    bring()
    found = names(away.directory)
    assert f"wals/0000000100000000/{name(5)}" in found
    assert f"meta/{FIRST.name}-backup.info" not in found


def test_copy_that_never_holds_still_is_told(refused, monkeypatch):
    monkeypatch.setattr(module.Fetch, "batch", lambda _, names: set(names) - LATER)
    monkeypatch.setattr(module, "ROUNDS", 2)
    assert "changes faster than it is fetched" in refused()


LATER = {f"wals/{name(2)}.gz.age"}


def test_part_of_a_segment_that_is_whole_is_old():
    """Else a restore would take the part."""
    part = f"streaming/{name(5)}.partial.gz.age"
    assert is_old(part, [f"wals/{name(5)}.gz.age"])
    assert not is_old(part, [f"wals/{name(4)}.gz.age"])
    assert not is_old(f"wals/{name(5)}.gz.age", [part])


def test_key_of_a_file(tmp_path, keys):
    file = tmp_path / "key"
    file.write_text(keys[0])
    assert read_key(file) == keys[0]
    file.write_bytes(b"\xff")
    with pytest.raises(SystemExit, match="cannot be read"):
        read_key(file)


def test_failed_check_leaves_why(away, store, place, keys, monkeypatch):
    """Else only who runs it would know."""
    for error, words in (
        (SystemExit("backup: no."), "backup: no."),
        (subprocess.CalledProcessError(1, "x", "worse"), "worse"),
    ):

        def fails(*_, error=error):
            raise error

        monkeypatch.setattr(module, "restore_and_read", fails)
        with pytest.raises(type(error)):
            check(away, store, keys[0], None)
        text = (place / "check.json").read_text()
        assert '"well": false' in text
        assert words in text


def test_check_whose_result_cannot_be_left_fails(
    away, store, keys, monkeypatch, tmp_path, capsys
):
    good = {"until": "now", "rows": 1, "tables": 1}

    def send(*_):
        raise OSError("read only")

    monkeypatch.setattr(type(store), "send", send)
    monkeypatch.setattr(module, "restore_and_read", lambda *_: good)
    with pytest.raises(SystemExit, match="result of the check could not be left: read"):
        check(away, store, keys[0], None)

    def fails(*_):
        raise SystemExit("backup: no.")

    monkeypatch.setattr(module, "restore_and_read", fails)
    with pytest.raises(SystemExit, match=r"backup: no\."):
        check(away, store, keys[0], None)
    assert "could not be left" in capsys.readouterr().out
    (tmp_path / "file").touch()
    broken = folder_store(tmp_path / "file", "")
    monkeypatch.setattr(type(store), "copies", send)
    with pytest.raises(SystemExit, match="nothing was checked: read only"):
        check(away, broken, keys[0], None)
