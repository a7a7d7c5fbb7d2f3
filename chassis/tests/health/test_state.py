"""What Prometheus reads of nginx, of the container's memory and of the log server."""

import socket
import threading

import pytest
from django.test import Client

from chassis.health import memory
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
    monkeypatch.setattr(memory, "CGROUP", tmp_path)
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
    assert ("service_memory_bytes",) not in samples(client)


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
}


@pytest.mark.django_db
@pytest.mark.usefixtures("cgroup")
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
