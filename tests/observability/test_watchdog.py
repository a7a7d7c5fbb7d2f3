"""The alert that fires always, of which a service outside hears again and again."""

from conftest import console
from support.waiting import wait_until


def test_service_outside_hears_of_it_again_and_again_and_nobody_else(cluster):
    wait_until(lambda: len(cluster.outside.received["firing"]) > 1, seconds=180)
    assert cluster.outside.names("firing") == {"Watchdog"}
    assert "Watchdog" not in cluster.receiver.names("firing")
    assert "<td>Watchdog" not in console(cluster)
