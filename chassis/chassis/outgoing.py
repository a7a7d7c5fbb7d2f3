"""Calls to other services."""

import requests
from log_request_id import local


class Session(requests.Session):
    """A `requests` session that sends the id of the request being answered along."""

    def prepare_request(self, request: requests.Request) -> requests.PreparedRequest:
        prepared = super().prepare_request(request)
        request_id = getattr(local, "request_id", None)
        if request_id is not None:
            prepared.headers.setdefault("X-REQUEST-ID", request_id)
        return prepared
