"""A client of the service under test.

A file client.py beside the system tests takes its place.
"""

import os
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any
from urllib.parse import urljoin

import requests


class Client(requests.Session):
    """A session whose paths are below the target and whose creations can be undone."""

    def __init__(self, target: str, token: str | None = None) -> None:
        super().__init__()
        # The target is asked itself: no http_proxy between, no password from ~/.netrc.
        self.trust_env = False
        self.verify = os.environ.get("REQUESTS_CA_BUNDLE", True)
        self.target = target if "://" in target else f"http://{target}"
        self.timeout = float(os.environ.get("SYSTEM_TEST_TIMEOUT", "10"))
        self.made: list[str] = []
        if token:
            self.headers["Authorization"] = f"Token {token}"

    def request(  # type: ignore[override]
        self, method: str, url: str, *args: Any, **kwargs: Any
    ) -> requests.Response:
        kwargs.setdefault("timeout", self.timeout)
        response = super().request(method, urljoin(self.target, url), *args, **kwargs)
        if (
            response.status_code == HTTPStatus.CREATED
            and "Location" in response.headers
        ):
            self.made.append(response.headers["Location"])
        return response

    def undo(self) -> None:
        """Delete what this client made and what is still there."""
        while self.made:
            self.delete(self.made.pop())

    def pages(self, url: str, relation: str) -> Iterator[list[dict[str, Any]]]:
        """The page at the address and those to which its links of the relation lead."""
        following: str | None = url
        while following:
            response = self.get(following)
            response.raise_for_status()
            yield response.json()
            following = response.links.get(relation, {}).get("url")
