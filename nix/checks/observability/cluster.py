"""The whole cluster, with an Alertmanager and a receiver of its alerts."""

import json
import os
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import prometheus
import requests
from processes import METRICS_PASSWORD, Database, LogServer, Server, free_port
from waiting import wait_until


def answers(url: str) -> bool:
    try:
        return requests.get(url, timeout=5).ok
    except requests.RequestException:
        return False


class Service:
    """A program that answers HTTP."""

    def __init__(self, path: str, *command: str, port: int, **variables: str) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.process = subprocess.Popen(command, env={**os.environ, **variables})
        wait_until(lambda: answers(f"{self.url}{path}"))

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(30)


class Prometheus(Service):
    def query(self, expression: str) -> list[dict[str, Any]]:
        return prometheus.query(self.url, expression)

    def value(self, expression: str) -> float | None:
        return prometheus.value(self.url, expression)


class Receiver:
    """A webhook that keeps what Alertmanager sends: alert names by status."""

    def __init__(self) -> None:
        received: dict[str, list[dict[str, Any]]] = {"firing": [], "resolved": []}

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                for alert in json.loads(self.rfile.read(int(self.headers["Content-Length"])))["alerts"]:
                    received[alert["status"]].append(alert)
                self.send_response(200)
                self.end_headers()

            def log_message(self, *arguments: object) -> None:
                pass

        self.received = received
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def names(self, status: str) -> set[str]:
        return {alert["labels"]["alertname"] for alert in self.received[status]}


class Cluster:
    """Four workers, each service as `nix run` starts it, and a person who is told of alerts."""

    def __init__(self, directory: Path) -> None:
        self.database = Database(self.directory(directory / "db"))
        self.database.start()
        self.log = LogServer(self.directory(directory / "log"))
        self.log.start()
        self.server = Server(
            directory / "server",
            self.database,
            SYSLOG_HOST="127.0.0.1",
            SYSLOG_PORT=str(self.log.port),
            UWSGI_PROCESSES="4",
        )
        self.server.start()
        self.receiver = Receiver()
        self.alertmanager = self.start_alertmanager(directory)
        self.db_metrics = self.start_db_metrics()
        self.metrics = self.start_metrics(directory)

    @staticmethod
    def directory(path: Path) -> Path:
        path.mkdir()
        return path

    def start_alertmanager(self, directory: Path) -> Service:
        port = free_port()
        configuration = {
            "route": {"receiver": "person", "group_by": ["..."], "group_wait": "1s", "group_interval": "1s"},
            "receivers": [
                {
                    "name": "person",
                    "webhook_configs": [{"url": f"http://127.0.0.1:{self.receiver.server.server_port}/"}],
                }
            ],
        }
        file = directory / "alertmanager.yml"
        file.write_text(json.dumps(configuration))  # JSON is YAML
        arguments = [f"--config.file={file}", f"--storage.path={directory / 'alertmanager'}"]
        arguments += [f"--web.listen-address=127.0.0.1:{port}", "--cluster.listen-address="]
        return Service("/-/ready", "alertmanager", *arguments, port=port)

    def start_db_metrics(self) -> Service:
        port = free_port()
        return Service(
            "/",
            "service-db-metrics",
            port=port,
            DB_METRICS_LISTEN=f"127.0.0.1:{port}",
            POSTGRES_HOST="127.0.0.1",
            POSTGRES_PORT=str(self.database.port),
            POSTGRES_METRICS_PASSWORD=METRICS_PASSWORD,
        )

    def start_metrics(self, directory: Path) -> Prometheus:
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
            ALERTMANAGER_HOST=self.alertmanager.url.removeprefix("http://"),
        )

    def stop(self) -> None:
        for service in (self.metrics, self.db_metrics, self.alertmanager, self.server, self.log, self.database):
            service.stop()
