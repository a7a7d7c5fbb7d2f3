"""The numbers that Prometheus gets of this container."""

import shutil
from pathlib import Path

from chassis.health import container
from prometheus_client import CollectorRegistry, Gauge, start_http_server

from backup.database import Facts

UNKNOWN = float("nan")


class Metrics:
    """Of one registry, which has nothing of Python's own."""

    def __init__(self, home: Path) -> None:
        self.registry = CollectorRegistry()
        self.registry.register(container)

        def gauge(name: str, text: str) -> Gauge:
            return Gauge(name, text, registry=self.registry)

        self.last = gauge(
            "backup_last_success_timestamp_seconds", "When a base backup ended."
        )
        self.first = gauge(
            "backup_first_moment_timestamp_seconds", "What can be restored first."
        )
        self.streamed = gauge(
            "backup_streamed_until_timestamp_seconds", "Until when all is here."
        )
        self.slot = gauge("backup_slot_well", "Whether it keeps the log for us.")
        self.kept = gauge("backup_slot_kept_bytes", "The log that the slot keeps.")
        self.limit = gauge("backup_slot_limit_bytes", "The log that the slot may keep.")
        self.gap = gauge(
            "backup_last_gap_timestamp_seconds", "When a part of the log was missing."
        )
        self.interval = gauge("backup_interval_seconds", "Between two base backups.")
        for name, function in {
            "service_disk_size_bytes": lambda: shutil.disk_usage(home).total,
            "service_disk_free_bytes": lambda: shutil.disk_usage(home).free,
        }.items():
            disk = Gauge(name, "Of a volume.", ["volume"], registry=self.registry)
            disk.labels(volume="backup").set_function(function)

    def serve(self, listen: str) -> None:
        """Answer HTTP at ADDRESS:PORT.

        Raises:
            OSError: another program has the port.
        """
        address, _, port = listen.rpartition(":")
        start_http_server(int(port), address.strip("[]"), registry=self.registry)

    def note(self, facts: Facts | None) -> None:
        """What the database says; where it does not answer, the slot is unknown."""
        if facts is None:
            self.slot.set(UNKNOWN)
            self.kept.set(UNKNOWN)
            return
        self.slot.set(facts.is_slot_well)
        self.kept.set(UNKNOWN if facts.kept is None else facts.kept)
        self.limit.set(facts.limit if facts.limit >= 0 else float("inf"))
