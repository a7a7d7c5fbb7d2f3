from http import HTTPStatus

import pytest
from django.test import Client

PROBES = ["/healthcheck/live", "/healthcheck/live/", "/metrics"]


@pytest.fixture
def production(settings):
    settings.ALLOWED_HOSTS = ["api.example.com"]
    settings.SECURE_SSL_REDIRECT = True


@pytest.mark.django_db
@pytest.mark.usefixtures("production")
@pytest.mark.parametrize("path", PROBES)
def test_probes_are_answered_under_any_name_without_https(client: Client, path: str):
    assert client.get(path, headers={"Host": "10.0.0.7"}).status_code == HTTPStatus.OK
    assert client.head(path, headers={"Host": "10.0.0.7"}).status_code == HTTPStatus.OK


@pytest.mark.django_db
@pytest.mark.usefixtures("production")
@pytest.mark.parametrize(
    "path",
    ["/healthcheck", "/healthcheck/", "/healthcheck/ready", "/healthcheck/ready/"],
)
def test_readiness_is_answered_without_redirect(client: Client, path: str):
    assert client.get(path, headers={"Host": "10.0.0.7"}).status_code == HTTPStatus.OK


@pytest.mark.usefixtures("production")
def test_other_paths_are_redirected_to_https(client: Client):
    response = client.get("/note/", headers={"Host": "api.example.com"})
    assert response.headers["Location"] == "https://api.example.com/note/"


@pytest.mark.parametrize("path", PROBES)
def test_other_methods_are_refused(client: Client, path: str):
    response = client.post(path)
    assert response.status_code == HTTPStatus.METHOD_NOT_ALLOWED
    assert response.json() == {"detail": 'Method "POST" not allowed.'}
    assert response.headers["Allow"] == "GET, HEAD"


def test_well_probes_log_nothing(client: Client, caplog):
    client.get("/healthcheck/live/")
    assert not caplog.records


@pytest.mark.django_db
def test_metrics_are_prometheus_text(client: Client):
    response = client.get("/metrics")
    assert response.headers["Content-Type"].startswith("text/plain")
    assert (
        b"# TYPE django_http_responses_total_by_status_total counter"
        in response.content
    )
