"""The copy elsewhere: in a folder, by the real age and rclone."""

import json
import shutil
import threading

import pytest
from prometheus_client import CollectorRegistry

from backup import elsewhere as module
from backup.elsewhere import Elsewhere, NotYetError, batches, of_bytes, parts
from backup.fetch import Fetch, Wanted
from tests.making import FIRST, NOON, SECOND, minutes, name, segment, write_backups
from tests.stores import folder_store, make_keys, names


@pytest.fixture(scope="module")
def keys():
    return make_keys()


@pytest.fixture
def source(directory):
    """Two base backups, and the log since the first."""
    write_backups(directory)
    (directory / "wals/00000002.history").write_text("1\t0/5000000\tno reason\n")
    (directory / "identity.json").write_text('{"systemid": "7000"}')
    return directory


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "store"


@pytest.fixture
def make(settings, folder, keys):
    def make(public=None):
        store = folder_store(folder, public or keys[1])
        return Elsewhere(settings, store, CollectorRegistry(), threading.Event())

    return make


def bring_all(elsewhere):
    """Everything, part by part; how often there was more."""
    rounds = 0
    while elsewhere.bring():
        rounds += 1
    return rounds


def copied(folder):
    """The names of the one copy, without what they end with."""
    (place,) = folder.glob("7000/*")
    return {file.removesuffix(".gz.age") for file in names(place)}


LOG = {
    "identity.json",
    "streams.json",
    "set-aside/" + name(1),
    *(f"wals/{name(number)}" for number in (2, 3, 4)),
    "wals/00000002.history",
    f"streaming/{name(5)}.partial",
}


def of_base(backup):
    return {f"base/{backup.name}/00000.tar", f"meta/{backup.name}-backup.info"}


def test_copy_has_all_that_a_restore_needs(source, make, folder):
    """And nothing of a base backup that was cut short."""
    elsewhere = make()
    assert bring_all(elsewhere) == 4
    assert copied(folder) == LOG | of_base(FIRST) | of_base(SECOND)
    assert not (source.parent / "sealed").exists()
    until = elsewhere.until._value.get()
    assert until == (NOON + minutes(99)).timestamp()
    assert elsewhere.base._value.get() == SECOND.end.timestamp()


def test_newest_base_backup_goes_first_and_its_parts_before_its_facts(
    source, make, folder
):
    """Else a whole loss meanwhile would leave only an old one."""
    elsewhere = make()
    assert elsewhere.bring()
    assert copied(folder) == LOG | {f"base/{SECOND.name}/00000.tar"}
    assert elsewhere.bring()
    assert copied(folder) == LOG | of_base(SECOND)


def test_it_goes_on_where_another_process_stopped(source, make, folder):
    make().bring()
    before = {file: (folder / file).stat().st_mtime_ns for file in names(folder)}
    elsewhere = make()
    bring_all(elsewhere)
    assert copied(folder) == LOG | of_base(FIRST) | of_base(SECOND)
    for file, time in before.items():
        if "streaming/" not in file and "streams" not in file:
            assert (folder / file).stat().st_mtime_ns == time


def test_segment_that_is_received_goes_again_when_it_has_changed(source, make, folder):
    elsewhere = make()
    bring_all(elsewhere)
    (partial,) = folder.rglob("*.partial.gz.age")
    before = partial.read_bytes()
    elsewhere.bring()
    assert partial.read_bytes() == before
    segment(source / "streaming", f"{name(5)}.partial", NOON + minutes(1))
    elsewhere.bring()
    assert partial.read_bytes() != before


def test_whole_segment_takes_the_place_of_its_part(source, make, folder):
    """Else a restore would take the part."""
    elsewhere = make()
    bring_all(elsewhere)
    streaming = source / "streaming"
    (streaming / f"{name(5)}.partial").rename(streaming / name(5))
    (streaming / name(4)).rename(source / "wals/0000000100000000" / name(4))
    elsewhere.bring()
    log = LOG - {f"streaming/{name(5)}.partial"} | {f"wals/{name(5)}"}
    assert copied(folder) == log | of_base(FIRST) | of_base(SECOND)


def test_what_retention_removed_here_is_removed_there(source, make, folder):
    elsewhere = make()
    bring_all(elsewhere)
    shutil.rmtree(source / "base" / FIRST.name)
    (source / "meta" / f"{FIRST.name}-backup.info").unlink()
    (source / "wals/0000000100000000" / name(2)).unlink()
    elsewhere.bring()
    assert copied(folder) == LOG - {f"wals/{name(2)}"} | of_base(SECOND)


def test_nothing_is_removed_where_all_base_backups_are_gone(source, make, folder):
    """An empty volume is a loss, and no retention."""
    bring_all(make())
    before = copied(folder)
    shutil.rmtree(source / "base")
    shutil.rmtree(source / "meta")
    shutil.rmtree(source / "wals")
    make().bring()
    assert copied(folder) == before


def test_each_volume_and_each_database_has_a_copy_of_its_own(
    source, make, folder, settings
):
    bring_all(make())
    (settings.home / "elsewhere").unlink()
    bring_all(make())
    assert len(list(folder.glob("7000/*"))) == 2
    (source / "identity.json").write_text('{"systemid": "8000"}')
    bring_all(make())
    assert len(list(folder.glob("8000/*"))) == 1


def test_database_that_is_another_one_later_has_another_copy(source, make, folder):
    """As after a new major version, while the service runs."""
    elsewhere = make()
    bring_all(elsewhere)
    (source / "identity.json").write_text('{"systemid": "8000"}')
    bring_all(elsewhere)
    (place,) = folder.glob("8000/*")
    assert f"meta/{SECOND.name}-backup.info.gz.age" in names(place)


def test_before_barman_knows_the_database_there_is_nothing(source, make, folder):
    (source / "streams.json").unlink()
    with pytest.raises(NotYetError):
        make().bring()
    (source / "identity.json").unlink()
    with pytest.raises(NotYetError):
        make().bring()


def test_check_that_was_left_is_told(source, make, folder):
    elsewhere = make()
    bring_all(elsewhere)
    assert abs(elsewhere.checked._value.get() - folder.stat().st_mtime) < 3600
    (place,) = folder.glob("7000/*")
    for text, well, time in (
        ({"well": True, "time": NOON.isoformat()}, 1, NOON.timestamp()),
        ({"well": False, "time": NOON.isoformat()}, 0, NOON.timestamp()),
    ):
        (place / "check.json").write_text(json.dumps(text))
        elsewhere = make()
        elsewhere.bring()
        assert elsewhere.well._value.get() == well
        assert elsewhere.checked._value.get() == time
    (place / "check.json").write_text("nonsense")
    elsewhere = make()
    elsewhere.bring()
    assert elsewhere.well._value.get() == 0
    assert (place / "check.json").exists()


def test_store_is_asked_anew_each_hour(source, make, folder, monkeypatch):
    elsewhere, now = make(), module.time.monotonic()
    bring_all(elsewhere)
    (place,) = folder.glob("7000/*")
    said = {"well": False, "time": NOON.isoformat()}
    (place / "check.json").write_text(json.dumps(said))
    elsewhere.bring()
    assert elsewhere.well._value.get() == 1
    monkeypatch.setattr(module.time, "monotonic", lambda: now + 3660)
    elsewhere.bring()
    assert elsewhere.well._value.get() == 0


def test_parts_are_the_same_at_each_look_and_bounded(source, monkeypatch):
    base = source / "base" / FIRST.name
    for number in range(5):
        (base / f"data/{number}").write_bytes(bytes(400))
    monkeypatch.setattr(module, "BATCH", 1000)
    found = parts(base)
    assert found == parts(base)
    assert len(found) > 1
    assert sorted(file for files in found for file in files) == sorted(
        [base, *base.rglob("*")]
    )
    items = [of_bytes(str(number), bytes(400)) for number in range(5)]
    assert [len(batch) for batch in batches(items, lambda item: item.size)] == [3, 2]


def test_log_that_moves_on_meanwhile_is_looked_for_again(
    source, make, folder, monkeypatch
):
    elsewhere = make()
    listed, moved = module.log_files, []

    def list_and_move(directory):
        found = listed(directory)
        if not moved:
            moved.append(True)
            file = directory / "streaming" / name(4)
            file.rename(directory / "wals/0000000100000000" / name(4))
        return found

    monkeypatch.setattr(module, "log_files", list_and_move)
    bring_all(elsewhere)
    assert copied(folder) == LOG | of_base(FIRST) | of_base(SECOND)


def test_failures_are_counted_told_once_and_tried_again(
    source, make, folder, monkeypatch, capsys
):
    elsewhere = make()
    monkeypatch.setattr(module, "PAUSES", (0, 0))
    folder.write_text("no folder")
    failures = elsewhere.failures._value
    thread = threading.Thread(target=elsewhere.run)
    thread.start()
    try:
        while failures.get() < 2:
            assert thread.is_alive()
        folder.unlink()
        while not list(folder.rglob(f"meta/{FIRST.name}*")):
            assert thread.is_alive()
    finally:
        elsewhere.stopping.set()
        thread.join()
    told = capsys.readouterr().out
    assert told.count("the copy elsewhere failed, it is tried again: sftp://") == 1
    assert told.count("the copy elsewhere goes on.") == 1


def test_what_was_sent_comes_back(source, make, folder, keys, tmp_path):
    """With the times of the files, of which a restore infers what is known."""
    bring_all(make())
    (place,) = folder.glob("7000/*")
    to = tmp_path / "back"
    to.mkdir()
    where = str(place.relative_to(folder))
    Fetch(folder_store(folder, ""), keys[0], where, to).all(Wanted())
    wals = "wals/0000000100000000"
    moved = {f"streaming/{name(4)}": f"{wals}/{name(4)}"}
    wanted = {moved.get(file, file) for file in names(source)}
    cut = "20260131T133000"
    assert names(to) == {
        file for file in wanted if cut not in file and file != "wals/xlog.db"
    }
    for number in (2, 3):
        file = f"{wals}/{name(number)}"
        assert (to / file).read_bytes() == (source / file).read_bytes()
        assert (to / file).stat().st_mtime == NOON.timestamp()
