"""Which segments of the log the backups have, and how far it goes on without a gap."""

import pytest

from backup.wal import Wal, address, set_aside
from tests.making import NOON, SIZE, base_backup, minutes, segment


def name(number, timeline=1):
    return f"{timeline:08X}00000000{number:08X}"


def history(folder, timeline, *lines):
    folder.mkdir(exist_ok=True)
    (folder / f"{timeline:08X}.history").write_text(
        "".join(f"{one}\n" for one in lines)
    )


def test_address_is_in_bytes_from_the_beginning():
    """Else a damaged log would pass for one that was read to its end."""
    assert address("0/0") == 0
    assert address("0/16B3748") == 0x16B3748
    assert address("2/A") == (2 << 32) + 10


@pytest.mark.parametrize("megabytes", [1, 16, 1024])
def test_number_goes_on_where_the_upper_half_changes(directory, megabytes):
    """Else a gap would be told after each 4 GB of the log."""
    size = megabytes << 20
    last = (1 << 32) // size - 1
    segment(directory / "streaming", name(1), size=size)
    wal = Wal(directory)
    assert wal.size == size
    assert wal.number(f"0000000100000000{last:08X}") == last
    assert wal.number("000000010000000100000000") == last + 1
    assert wal.number(f"00000009000000020000{last:04X}") == 2 * (last + 1) + last


def test_log_reaches_to_its_last_segment_across_folders(directory):
    """Else `restore` would refuse moments that the backups have."""
    segment(directory / "set-aside", name(2))
    segment(directory / "wals/0000000100000000", name(3))
    segment(directory / "streaming", name(4))
    segment(directory / "streaming", f"{name(5)}.partial", NOON + minutes(5))
    reach = Wal(directory).reach(base_backup(), 1)
    assert (reach.last, reach.written, reach.gap) == (5, NOON + minutes(5), False)


def test_missing_segment_is_a_gap(directory):
    """Else a restore would end in the midst of the log and call itself whole."""
    for number in (2, 3, 5):
        segment(directory / "streaming", name(number), NOON + minutes(number))
    reach = Wal(directory).reach(base_backup(), 1)
    assert (reach.last, reach.written, reach.gap) == (3, NOON + minutes(3), True)


def test_segments_before_the_base_backup_do_not_matter(directory):
    """Else what retention removed would be told as a gap."""
    for number in (0, 2, 3):
        segment(directory / "streaming", name(number))
    reach = Wal(directory).reach(base_backup(), 1)
    assert (reach.last, reach.gap) == (3, False)


def test_missing_first_segment_is_a_gap(directory):
    """Else a base backup without its log would be restored."""
    segment(directory / "streaming", name(3))
    reach = Wal(directory).reach(base_backup(), 1)
    assert (reach.last, reach.gap) == (1, True)


def test_segment_that_the_disk_had_no_room_for_is_none(directory):
    """Else a restore would stop at it with an error of PostgreSQL's."""
    segment(directory / "wals", name(2))
    segment(directory / "streaming", f"{name(3)}.partial", size=SIZE // 2)
    assert Wal(directory).reach(base_backup(), 1).last == 2


def test_other_files_are_no_segments(directory):
    """Else `list` would end with a traceback beside Barman's own files."""
    for other in ("xlog.db", f"{name(2)}.00000028.backup", "00000002.history", "x"):
        segment(directory / "wals", other)
    assert Wal(directory).segments == {}


def test_nothing_is_there_yet(directory):
    """Else `list` would end with a traceback on the first day."""
    wal = Wal(directory)
    assert wal.timelines() == []
    assert not wal.reach(base_backup(), 1).gap


def test_timelines_are_those_of_segments(directory):
    """Else a restore would not ask which of several is meant."""
    for timeline in (3, 1, 3):
        segment(directory / "streaming", name(4, timeline))
    assert Wal(directory).timelines() == [1, 3]


def test_log_of_a_timeline_begins_with_that_of_its_parent(directory):
    """Else the log after a restore could not be replayed on a base backup before it."""
    streaming = directory / "streaming"
    for number in (2, 3, 4, 5):
        segment(streaming, name(number), NOON)
    for number in (4, 5):
        segment(streaming, name(number, 2), NOON + minutes(number))
    history(streaming, 2, "1\t0/480000\tno recovery target specified")
    wal = Wal(directory)
    reach = wal.reach(base_backup(), 2)
    assert (reach.last, reach.written, reach.gap) == (5, NOON + minutes(5), False)
    assert wal.of(2).keys() == {2, 3, 4, 5}
    assert wal.of(2)[4] == (NOON + minutes(4)).timestamp()


def test_segments_of_the_parent_do_not_fill_a_gap_after_the_branch(directory):
    """Else a restore would mix two timelines of the database."""
    streaming = directory / "streaming"
    for number in (2, 3, 4, 5):
        segment(streaming, name(number))
    segment(streaming, name(5, 2))
    history(streaming, 2, "1\t0/480000\tno recovery target specified")
    reach = Wal(directory).reach(base_backup(), 2)
    assert (reach.last, reach.gap) == (3, True)


@pytest.mark.parametrize(
    ("end_lsn", "timeline", "leads"),
    [
        ("0/400000", 1, True),
        ("0/47FFFF", 2, True),
        ("0/480000", 2, True),
        ("0/480001", 2, False),
        ("0/400000", 3, False),
    ],
)
def test_base_backup_leads_to_timelines_that_branch_off_after_it(
    directory, end_lsn, timeline, leads
):
    """Else a restore would take a base backup that has what was undone."""
    history(directory / "wals", 2, "1\t0/480000\tbefore 2026-01-31")
    backup = base_backup(end_lsn=end_lsn)
    assert Wal(directory).leads_to(backup, timeline) is leads


def test_history_of_several_timelines(directory):
    """Else a second restore would make the first one's backups worthless."""
    history(
        directory / "set-aside",
        3,
        "1\t0/480000\tbefore 2026-01-31",
        "",
        "2\t1/0\tno recovery target specified",
    )
    assert Wal(directory).branches(3) == {1: 0x480000, 2: 1 << 32}


def test_what_is_set_aside_is_still_restored_from(directory):
    """Else a stream that begins anew would lose what was received before."""
    for number in (2, 3):
        segment(directory / "streaming", name(number))
    set_aside(directory)
    set_aside(directory)
    assert list((directory / "streaming").iterdir()) == []
    assert Wal(directory).reach(base_backup(), 1).last == 3
