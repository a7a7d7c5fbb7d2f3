"""What Prometheus reads of nginx, the workers, the container and the log server."""

import socket
import sys
import threading
from contextlib import ExitStack
from types import SimpleNamespace

import pytest
from django.test import Client

from chassis.health import container
from tests.health.test_metrics import samples

PAGE = b"""HTTP/1.1 200 OK\r
\r
Active connections: 3\x20
server accepts handled requests
 4 5 60\x20
Reading: 0 Writing: 1 Waiting: 2\x20
"""


@pytest.fixture
def nginx(settings, tmp_path):
    """Answer once with a page of nginx's, or with what is given."""
    settings.NGINX_STATUS = str(tmp_path / "status.sock")
    asked = []
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(settings.NGINX_STATUS)
        server.listen()

        def answer(page: bytes) -> list[bytes]:
            def once() -> None:
                connection, _ = server.accept()
                with connection:
                    asked.append(connection.recv(1000))
                    connection.sendall(page)

            threading.Thread(target=once).start()
            return asked

        yield answer


@pytest.mark.django_db
def test_nginxs_numbers_have_its_exporters_names(client: Client, nginx):
    asked = nginx(PAGE)
    found = samples(client)
    assert asked == [b"GET / HTTP/1.0\r\n\r\n"]
    assert found["nginx_http_requests_total",] == 60
    states = ("active", "reading", "writing", "waiting")
    assert [found[f"nginx_connections_{state}",] for state in states] == [3, 0, 1, 2]


@pytest.mark.django_db
def test_nginx_without_its_status_page_has_no_numbers(
    client: Client, nginx, settings, tmp_path
):
    nginx(b"HTTP/1.1 404 Not Found\r\n\r\n")
    assert not [key for key in samples(client) if key[0].startswith("nginx")]
    settings.NGINX_STATUS = str(tmp_path / "gone")
    assert not [key for key in samples(client) if key[0].startswith("nginx")]


@pytest.mark.django_db
@pytest.mark.usefixtures("nginx")
def test_nginx_that_hangs_holds_nobody_up(client: Client):
    assert not [key for key in samples(client) if key[0].startswith("nginx")]


@pytest.fixture
def cgroup(monkeypatch, tmp_path):
    monkeypatch.setattr(container, "CGROUP", tmp_path)
    (tmp_path / "cpu.stat").write_text("usage_usec 1250000\nuser_usec 1000000\n")
    (tmp_path / "memory.current").write_text("5000\n")
    (tmp_path / "memory.stat").write_text("anon 1000\ninactive_file 2000\n")
    (tmp_path / "memory.max").write_text("8000\n")
    return tmp_path


@pytest.mark.django_db
def test_memory_is_what_the_kernel_cannot_give_back(client: Client, cgroup):
    found = samples(client)
    assert found["service_memory_bytes",] == 3000
    assert found["service_memory_limit_bytes",] == 8000


@pytest.mark.django_db
def test_memory_may_have_no_limit_or_not_be_a_containers(client: Client, cgroup):
    (cgroup / "memory.max").write_text("max\n")
    found = samples(client)
    assert ("service_memory_bytes",) in found
    assert ("service_memory_limit_bytes",) not in found
    (cgroup / "memory.current").unlink()
    found = samples(client)
    assert ("service_memory_bytes",) not in found
    assert ("service_cpu_seconds_total",) not in found, "it is the whole machine's"


@pytest.mark.django_db
@pytest.mark.usefixtures("cgroup")
def test_processors_time_is_in_seconds(client: Client):
    assert samples(client)["service_cpu_seconds_total",] == 1.25


@pytest.fixture
def uwsgi(monkeypatch, tmp_path):
    """Two processes of three threads each, and the socket on which they are asked."""
    path = str(tmp_path / "uwsgi.sock")
    processes = [{"running_time": 1_500_000}, {"running_time": 250_000}]
    module = SimpleNamespace(
        cores=3, numproc=2, opt={"socket": path.encode()}, workers=lambda: processes
    )
    monkeypatch.setitem(sys.modules, "uwsgi", module)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(path)
        server.listen()
        yield server


@pytest.mark.django_db
def test_workers_are_threads_and_what_they_have_not_accepted_waits(
    client: Client, uwsgi
):
    with ExitStack() as connections:
        for _ in range(5):
            connection = connections.enter_context(socket.socket(socket.AF_UNIX))
            connection.connect(uwsgi.getsockname())
        for _ in range(3):
            connections.enter_context(uwsgi.accept()[0])
        found = samples(client)
    assert found["service_workers",] == 6
    assert found["service_workers_busy",] == 2, "one of three answers this"
    assert found["service_requests_waiting",] == 2
    assert found["service_workers_busy_seconds_total",] == 1.75


@pytest.mark.django_db
@pytest.mark.usefixtures("uwsgi")
def test_worker_that_is_asked_otherwise_counts_none(client: Client):
    found = samples(client)
    assert found["service_workers_busy",] == 0
    assert found["service_requests_waiting",] == 0


@pytest.mark.django_db
def test_there_are_no_workers_outside_of_uwsgi(client: Client):
    assert not [key for key in samples(client) if key[0].startswith("service_workers")]


@pytest.mark.django_db
def test_lines_that_arrived_are_counted(client: Client, settings, tmp_path):
    stats = tmp_path / "stats"
    stats.write_text(
        '{ "name": "TCP-log-5514", "origin": "omfwd", '
        '"bytes.sent": 900, "messages.sent": 9 }\n'
        '{ "name": "nginx", "origin": "dynstats.bucket", "values": { "lines": 12 } }\n'
    )
    settings.SYSLOG_STATS = str(stats)
    found = samples(client)
    assert found["service_log_lines_sent_total",] == 9
    assert found["service_access_lines_total",] == 12


NUMBERS = {
    "service_dependency_up": ("gauge", "Whether what this server needs is well."),
    "service_disk_size_bytes": ("gauge", "Size of the disk below this server."),
    "service_disk_free_bytes": ("gauge", "What is free of it."),
    "service_memory_bytes": ("gauge", "Memory of the container."),
    "service_memory_limit_bytes": ("gauge", "What the container may have."),
    "service_cpu_seconds_total": (
        "counter",
        "Time that the container's processes ran.",
    ),
    "service_workers": ("gauge", "Requests that can be served at once."),
    "service_workers_busy": (
        "gauge",
        "Workers that serve a request, without this one.",
    ),
    "service_workers_busy_seconds_total": (
        "counter",
        "Time in which workers served requests that have ended.",
    ),
    "service_requests_waiting": ("gauge", "Requests that wait for a worker."),
    "nginx_http_requests_total": ("counter", "Requests that nginx has begun."),
    "nginx_connections_active": ("gauge", "Connections: active."),
    "nginx_connections_reading": ("gauge", "Connections: reading."),
    "nginx_connections_writing": ("gauge", "Connections: writing."),
    "nginx_connections_waiting": ("gauge", "Connections: waiting."),
    "service_log_queue_lines": ("gauge", "Log lines that wait."),
    "service_log_lines_discarded_total": (
        "counter",
        "Log lines dropped, because the queue was full.",
    ),
    "service_log_lines_sent_total": ("counter", "Log lines that the log server took."),
    "service_access_lines_total": (
        "counter",
        "Requests that nginx wrote of: the others' lines are lost.",
    ),
    "service_gateway_errors_total": (
        "counter",
        "Requests that nginx answered, because uWSGI did not.",
    ),
    "service_tasks_waiting": ("gauge", "Tasks that are due and wait."),
    "service_tasks_oldest_seconds": (
        "gauge",
        "How long the task has waited that was due first.",
    ),
}


@pytest.mark.django_db
@pytest.mark.usefixtures("cgroup", "uwsgi")
def test_every_number_has_words_and_is_of_its_kind(
    client: Client, nginx, settings, tmp_path
):
    (tmp_path / "stats").write_text(
        '{ "name": "main", "origin": "core.queue", "size": 1, '
        '"discarded.full": 2, "discarded.nf": 3 }\n'
        '{ "name": "TCP-log-5514", "origin": "omfwd", "messages.sent": 9 }\n'
        '{ "name": "nginx", "origin": "dynstats.bucket", "values": { "504": 4 } }\n'
    )
    settings.SYSLOG_STATS = str(tmp_path / "stats")
    nginx(PAGE)
    text = client.get("/metrics").content.decode()
    lines = text[text.index("# HELP service_dependency_up") :].splitlines()
    helps = dict(
        line.removeprefix("# HELP ").split(" ", 1)
        for line in lines
        if line.startswith("# HELP ")
    )
    kinds = dict(
        line.removeprefix("# TYPE ").split(" ", 1)
        for line in lines
        if line.startswith("# TYPE ")
    )
    assert {name: (kinds[name], words) for name, words in helps.items()} == NUMBERS
    assert 'service_log_queue_lines{queue="main"} 1.0' in lines
    assert 'service_log_lines_discarded_total{queue="main"} 5.0' in lines
    assert 'service_gateway_errors_total{status="504"} 4.0' in lines
    assert "service_access_lines_total 0.0" in lines
