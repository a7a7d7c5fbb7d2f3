from http import HTTPStatus

import pytest
from django.test import Client


@pytest.mark.django_db
@pytest.mark.parametrize(
    "body", ["[" * 100_000, '{"text":' * 100_000], ids=["array", "object"]
)
def test_body_nested_too_deeply_is_refused(client: Client, body: str):
    response = client.post("/note/", body, content_type="application/json")
    assert response.status_code == HTTPStatus.BAD_REQUEST
    assert response.json() == {"detail": "JSON parse error - nested too deeply"}
