import logging
from http import HTTPStatus

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client, RequestFactory

from templatesite import errors

HTML = {"Accept": "text/html,*/*;q=0.8"}
JSON = {"Accept": "application/json"}


@pytest.fixture
def failing(client: Client, settings) -> Client:
    """A client for a site with a view that raises."""
    settings.ROOT_URLCONF = "templatesite.tests.urls"
    client.raise_request_exception = False
    return client


@pytest.mark.parametrize("headers", [{}, JSON])
def test_unknown_path_is_told_in_json(client: Client, headers):
    response = client.get("/no/such/page/", headers=headers)
    assert response.status_code == HTTPStatus.NOT_FOUND
    assert response.json() == {"detail": "Not Found."}


def test_browser_gets_a_page(client: Client):
    response = client.get("/no/such/page/", headers=HTML)
    assert response.status_code == HTTPStatus.NOT_FOUND
    assert response["Content-Type"].startswith("text/html")


def test_error_shows_no_internals_and_logs_the_traceback(failing: Client, caplog):
    response = failing.get("/fail/", headers={"X-Request-ID": "the-failing-one"})
    assert response.status_code == HTTPStatus.INTERNAL_SERVER_ERROR
    assert response.json() == {"detail": "Internal Server Error."}
    (record,) = (record for record in caplog.records if record.levelno == logging.ERROR)
    assert record.exc_info
    assert record.request_id == "the-failing-one"


def test_error_page_shows_no_internals(failing: Client):
    response = failing.get("/fail/", headers=HTML)
    assert response.status_code == HTTPStatus.INTERNAL_SERVER_ERROR
    assert b"internals" not in response.content


def test_refusals_are_nginxs_to_log(client: Client, caplog):
    client.get("/no/such/page/")
    assert not caplog.records


def test_strange_host_is_refused(client: Client):
    response = client.get("/tweet/", headers={"Host": "strange.example"})
    assert response.status_code == HTTPStatus.BAD_REQUEST
    assert response.json() == {"detail": "Bad Request."}


@pytest.mark.parametrize("headers", [HTML, JSON])
@pytest.mark.parametrize(
    ("view", "status"),
    [
        (errors.bad_request, HTTPStatus.BAD_REQUEST),
        (errors.permission_denied, HTTPStatus.FORBIDDEN),
        (errors.csrf_failure, HTTPStatus.FORBIDDEN),
    ],
)
def test_other_pages_match_what_was_asked_for(view, status, headers):
    request = RequestFactory().get("/", headers=headers)
    argument = "reason" if view is errors.csrf_failure else PermissionDenied()
    response = view(request, argument)
    assert response.status_code == status
    assert response["Content-Type"].split(";")[0] == headers["Accept"].split(",")[0]
