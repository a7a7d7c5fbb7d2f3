"""The whole cluster, with an Alertmanager and a receiver of its alerts."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from support.backup import Backup
from support.edge import Edge
from support.processes import (
    METRICS_PASSWORD,
    Database,
    LogServer,
    Prometheus,
    Server,
    Service,
    free_port,
)
from support.store import ObjectStore, make_keys

# A message for each alert, soon.
ROUTES = """
route:
  receiver: person
  group_by: [...]
  group_wait: 1s
  group_interval: 1s
receivers:
  - name: person
    webhook_configs: [{{url: '{}'}}]
"""


class Receiver:
    """A webhook that keeps what Alertmanager sends: alert names by status."""

    def __init__(self) -> None:
        received: dict[str, list[dict[str, Any]]] = {"firing": [], "resolved": []}

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                for alert in json.loads(
                    self.rfile.read(int(self.headers["Content-Length"]))
                )["alerts"]:
                    received[alert["status"]].append(alert)
                self.send_response(200)
                self.end_headers()

            def log_message(self, *arguments: object) -> None:
                pass

        self.received = received
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def names(self, status: str) -> set[str]:
        return {alert["labels"]["alertname"] for alert in self.received[status]}


def db_metrics(database: Database) -> Service:
    """The exporter of a database's statistics."""
    port = free_port()
    return Service(
        "/",
        "service-db-metrics",
        port=port,
        DB_METRICS_LISTEN=f"127.0.0.1:{port}",
        POSTGRES_HOST="127.0.0.1",
        POSTGRES_PORT=str(database.port),
        POSTGRES_METRICS_PASSWORD=METRICS_PASSWORD,
    )


class Cluster:
    """Four workers, a task, each service as it starts, and a person who gets alerts."""

    version = "7.8.9"  # of the server, as its image would have it

    def __init__(self, directory: Path) -> None:
        self.database = Database(self.directory(directory / "db"))
        self.log = LogServer(self.directory(directory / "log"))
        self.server = Server(
            directory / "server",
            self.database,
            *("worker", "countitems"),
            **self.log.forwarding,
            SERVICE_VERSION=self.version,
            UWSGI_PROCESSES="4",
        )
        self.edge = Edge(directory / "edge", [self.server])
        self.store = ObjectStore(directory / "store")
        self.backup = Backup(
            self.directory(directory / "backup"),
            self.database,
            **self.store.variables(make_keys()[1]),
        )
        self.receiver = Receiver()
        self.outside = Receiver()  # a service that calls when it hears nothing more
        self.alertmanager = self.make_alertmanager(directory)
        self.db_metrics = db_metrics(self.database)
        self.metrics = self.make_metrics(directory)
        self.services = [
            self.database,
            self.store,
            self.backup,
            self.log,
            self.server,
            self.edge,
            self.alertmanager,
            self.db_metrics,
            self.metrics,
        ]

    def start(self) -> None:
        for service in self.services:
            service.start()

    def end(self) -> None:
        """Stop what runs, in the other order."""
        for service in reversed(self.services):
            service.end()

    @staticmethod
    def directory(path: Path) -> Path:
        path.mkdir()
        return path

    def make_alertmanager(self, directory: Path) -> Service:
        port = free_port()
        file = directory / "alertmanager.yml"
        file.write_text(ROUTES.format(self.receiver.url))
        return Service(
            "/-/ready",
            "service-alerts",
            port=port,
            ALERTS_CONFIGURATION=str(file),
            ALERTS_DIR=str(self.directory(directory / "alerts")),
            ALERTS_LISTEN=f"127.0.0.1:{port}",
            ALERTS_WATCHDOG_URL=self.outside.url,
        )

    def make_metrics(self, directory: Path) -> Prometheus:
        port = free_port()
        return Prometheus(
            "/-/ready",
            "service-metrics",
            port=port,
            METRICS_DIR=str(self.directory(directory / "metrics")),
            METRICS_RUN_DIR=str(directory / "metrics-run"),
            METRICS_LISTEN=f"127.0.0.1:{port}",
            SERVER_TARGETS=f"static:127.0.0.1:{self.server.metrics_port}",
            DB_METRICS_TARGETS=self.db_metrics.url.replace("http://", "static:"),
            LOG_TARGETS=f"static:127.0.0.1:{self.log.metrics_port}",
            BACKUP_TARGETS=f"static:127.0.0.1:{self.backup.port}",
            EDGE_TARGETS=f"static:127.0.0.1:{self.edge.metrics_port}",
            ALERTMANAGER_HOST=self.alertmanager.url.removeprefix("http://"),
        )
