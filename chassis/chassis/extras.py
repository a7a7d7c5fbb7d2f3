"""Variables that need an extra of the chassis, `chassis[NAME]` in pyproject.toml."""

from importlib.util import find_spec

from environs import validate

# By variable: the extra, and a package that it brings.
EXTRAS = {
    "OTEL_EXPORTER_OTLP_ENDPOINT": ("otel", "opentelemetry"),
    "SENTRY_DSN": ("sentry", "sentry_sdk"),
}

# Who tells in the log that spans do not arrive.
EXPORTER = "opentelemetry.exporter.otlp.proto.http.trace_exporter"

address = validate.Regexp(
    r"(https?://\S+)?\Z", error="Not an address, such as https://a.example."
)
protocol = validate.OneOf(["http/protobuf"])


def demand(name: str, value: str) -> None:
    """Look whether a variable's extra is there, if the variable is set.

    Raises:
        SystemExit: it is not; the message says how to bring it.
    """
    extra, package = EXTRAS[name]
    if value and find_spec(package) is None:
        raise SystemExit(
            f'settings: {name} needs "chassis[{extra}]" in the dependencies of '
            "pyproject.toml: add it, and build the images again."
        )
