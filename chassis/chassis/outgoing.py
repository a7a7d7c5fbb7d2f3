"""Calls to other services."""

import requests

from chassis import request_id, trace


class Session(requests.Session):
    """A `requests` session that sends id and trace of the request being answered."""

    def prepare_request(self, request: requests.Request) -> requests.PreparedRequest:
        prepared = super().prepare_request(request)
        if answered := request_id.current.get():
            prepared.headers.setdefault("X-REQUEST-ID", answered)
        if followed := trace.current.get():
            prepared.headers.setdefault("traceparent", followed.parent())
        return prepared
