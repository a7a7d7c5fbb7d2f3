"""Compare two OpenAPI documents (JSON): what the first's clients miss in the second.

    openapi.py BEFORE AFTER

Exit status 1 and a line for each path, method, parameter, property, answer or type of
content that is gone or has another type, and for each parameter or property that is
newly required.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

METHODS = ("delete", "get", "head", "options", "patch", "post", "put", "trace")
JOINED = ("allOf", "anyOf", "oneOf")


class Document:
    """One that finds what a $ref names."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document

    def resolve(self, part: dict[str, Any]) -> dict[str, Any]:
        while "$ref" in part:
            found: Any = self.document
            for key in part["$ref"].removeprefix("#/").split("/"):
                found = found[key.replace("~1", "/").replace("~0", "~")]
            part = found
        return part

    def operations(self) -> dict[str, dict[str, Any]]:
        """By method and path, with the parameters of the path."""
        return {
            f"{method.upper()} {path}": {
                **operation,
                "parameters": item.get("parameters", [])
                + operation.get("parameters", []),
            }
            for path, item in self.document["paths"].items()
            for method, operation in item.items()
            if method in METHODS
        }

    def parameters(self, operation: dict[str, Any]) -> dict[str, dict[str, Any]]:
        found = map(self.resolve, operation["parameters"])
        return {f"{one['in']} parameter {one['name']}": one for one in found}

    def properties(self, schema: dict[str, Any]) -> dict[str, dict[str, Any]]:
        """Of an object, with those of what it is joined from."""
        schema = self.resolve(schema)
        found = dict(schema.get("properties", {}))
        for one in (one for word in JOINED for one in schema.get(word, [])):
            found |= self.properties(one)
        return found

    def required(self, schema: dict[str, Any]) -> set[str]:
        schema = self.resolve(schema)
        parts = [self.required(one) for one in schema.get("allOf", [])]
        return set(schema.get("required", [])).union(*parts)

    def types(self, schema: dict[str, Any]) -> set[str]:
        """Its types but null, of which documents tell in several ways."""
        kinds = self.resolve(schema).get("type", [])
        return set([kinds] if isinstance(kinds, str) else kinds) - {"null"}


class Comparison:
    """Of the document before with the one after it."""

    def __init__(self, before: Document, after: Document) -> None:
        self.before, self.after = before, after
        # The schemas in which we are: some contain themselves.
        self.open: list[tuple[int, int]] = []

    def faults(self) -> Iterator[str]:
        after = self.after.operations()
        for name, operation in self.before.operations().items():
            if name not in after:
                yield f"{name} is gone"
                continue
            yield from self.parameters(name, operation, after[name])
            yield from self.body(name, operation, after[name])
            yield from self.answers(name, operation, after[name])

    def parameters(
        self, name: str, old: dict[str, Any], new: dict[str, Any]
    ) -> Iterator[str]:
        before, after = self.before.parameters(old), self.after.parameters(new)
        yield from (f"{name}: {one} is gone" for one in before.keys() - after.keys())
        for one, parameter in after.items():
            if parameter.get("required") and not before.get(one, {}).get("required"):
                yield f"{name}: {one} is required now"

    def body(
        self, name: str, old: dict[str, Any], new: dict[str, Any]
    ) -> Iterator[str]:
        before = self.before.resolve(old.get("requestBody", {}))
        after = self.after.resolve(new.get("requestBody", {}))
        if after.get("required") and not before.get("required"):
            yield f"{name}: a body is required now"
        yield from self.content(f"{name}: body", before, after, sent=True)

    def answers(
        self, name: str, old: dict[str, Any], new: dict[str, Any]
    ) -> Iterator[str]:
        after = new.get("responses", {})
        for status, answer in old.get("responses", {}).items():
            if status not in after:
                yield f"{name}: answer {status} is gone"
            else:
                yield from self.content(
                    f"{name}: answer {status}",
                    self.before.resolve(answer),
                    self.after.resolve(after[status]),
                    sent=False,
                )

    def content(
        self, name: str, old: dict[str, Any], new: dict[str, Any], sent: bool
    ) -> Iterator[str]:
        after = new.get("content", {})
        for kind, media in old.get("content", {}).items():
            if kind not in after:
                yield f"{name} {kind} is gone"
            else:
                schemas = media.get("schema", {}), after[kind].get("schema", {})
                yield from self.schema(name, *schemas, sent)

    def schema(
        self, name: str, old: dict[str, Any], new: dict[str, Any], sent: bool
    ) -> Iterator[str]:
        """Of what clients send or receive."""
        old, new = self.before.resolve(old), self.after.resolve(new)
        if (pair := (id(old), id(new))) in self.open:
            return
        self.open.append(pair)
        types = self.before.types(old), self.after.types(new)
        if all(types) and types[0] != types[1]:
            yield (
                f"{name} was {' or '.join(sorted(types[0]))}, "
                f"and is {' or '.join(types[1])}"
            )
        if sent:
            more = self.after.required(new) - self.before.required(old)
            yield from (f"{name}: {one} is required now" for one in sorted(more))
        before, after = self.before.properties(old), self.after.properties(new)
        for one, inner in before.items():
            if one not in after:
                yield f"{name}: {one} is gone"
            else:
                yield from self.schema(f"{name}: {one}", inner, after[one], sent)
        if "items" in old and "items" in new:
            yield from self.schema(name, old["items"], new["items"], sent)
        self.open.pop()


def main() -> int:
    before, after = (
        Document(json.loads(Path(name).read_text())) for name in sys.argv[1:]
    )
    found = sorted(set(Comparison(before, after).faults()))
    print("\n".join(found) or "clients of the previous release miss nothing")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
