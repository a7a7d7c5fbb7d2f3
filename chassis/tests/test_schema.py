"""What the OpenAPI document says of requests and answers, as one text to compare with."""

from collections.abc import Iterator
from pathlib import Path
from pprint import pformat
from typing import Any

from django.test import Client

TOLD = Path(__file__).with_name("schema.txt")
PATHS = ["/counted/", "/latest/", "/note/{id}/", "/sorted/"]


def lines(document: dict[str, Any]) -> Iterator[str]:
    """Each parameter and each answer of some operations, which differ in what they take."""
    for path in PATHS:
        for method, operation in document["paths"][path].items():
            for told in operation.get("parameters", []):
                rest = {name: told[name] for name in sorted(told) if name != "name"}
                yield f"{method} {path} {told['name']}:\n{pformat(rest, width=100)}\n"
            for status, told in operation["responses"].items():
                content = told.get("content", {}).items()
                bodies = [f"{kind} {body['schema']}" for kind, body in content]
                answer = " ".join(
                    [status, *filter(None, [told["description"]]), *bodies]
                )
                yield f"{method} {path} {answer}".replace("#/components/schemas/", "")
                if headers := told.get("headers"):
                    yield pformat(headers, width=100)


def test_document_says_what_it_said(client: Client):
    """Where it should say something else: delete schema.txt, run this and read the new one."""
    text = "\n".join(lines(client.get("/schema/?format=json").json())) + "\n"
    if not TOLD.exists():
        TOLD.write_text(text)
    assert text == TOLD.read_text()
