"""What the OpenAPI document says of requests and answers, compared as one text."""

from collections.abc import Iterator
from pathlib import Path
from pprint import pformat
from typing import Any

from django.test import Client

EXPECTED = Path(__file__).with_name("schema.txt")
PATHS = ["/counted/", "/latest/", "/note/{id}/", "/sorted/"]


def lines(document: dict[str, Any]) -> Iterator[str]:
    """Each parameter and answer of some operations, which differ in what they take."""
    for path in PATHS:
        for method, operation in document["paths"][path].items():
            for part in operation.get("parameters", []):
                rest = {name: part[name] for name in sorted(part) if name != "name"}
                yield f"{method} {path} {part['name']}:\n{pformat(rest, width=100)}\n"
            for status, part in operation["responses"].items():
                content = part.get("content", {}).items()
                bodies = [f"{kind} {body['schema']}" for kind, body in content]
                answer = " ".join(
                    [status, *filter(None, [part["description"]]), *bodies]
                )
                yield f"{method} {path} {answer}".replace("#/components/schemas/", "")
                if headers := part.get("headers"):
                    yield pformat(headers, width=100)


def test_document_says_what_it_said(client: Client):
    """To change what it says, delete schema.txt, run this and read the new one."""
    text = "\n".join(lines(client.get("/schema/?format=json").json())) + "\n"
    if not EXPECTED.exists():
        EXPECTED.write_text(text)
    assert text == EXPECTED.read_text()
