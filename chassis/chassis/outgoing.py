"""Calls to other services."""

import requests
from log_request_id import local

from chassis import trace


class Session(requests.Session):
    """A `requests` session that sends id and trace of the request being answered."""

    def prepare_request(self, request: requests.Request) -> requests.PreparedRequest:
        prepared = super().prepare_request(request)
        request_id = getattr(local, "request_id", None)
        if request_id is not None:
            prepared.headers.setdefault("X-REQUEST-ID", request_id)
        if followed := trace.current.get():
            prepared.headers.setdefault("traceparent", followed.parent())
        return prepared
