"""A Prometheus, asked over HTTP."""

from typing import Any

import requests


def query(url: str, expression: str) -> list[dict[str, Any]]:
    """The instant vector of a PromQL expression.

    Raises:
        AssertionError: Prometheus refuses it.
    """
    answer = requests.get(
        f"{url}/api/v1/query", params={"query": expression}, timeout=10
    ).json()
    assert answer["status"] == "success", f"{expression}: {answer['error']}"
    result: list[dict[str, Any]] = answer["data"]["result"]
    return result


def value(url: str, expression: str) -> float | None:
    """The first value of the vector; None for an empty one."""
    result = query(url, expression)
    return float(result[0]["value"][1]) if result else None
