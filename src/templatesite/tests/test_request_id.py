from django.test import Client


def test_callers_request_id_comes_back(client: Client):
    response = client.get("/healthcheck/live/", headers={"X-Request-ID": "abc.DEF_1-2"})
    assert response["X-REQUEST-ID"] == "abc.DEF_1-2"


def test_a_request_without_id_gets_a_new_one(client: Client):
    first, second = (client.get("/healthcheck/live/")["X-REQUEST-ID"] for _ in range(2))
    assert first
    assert first != second
