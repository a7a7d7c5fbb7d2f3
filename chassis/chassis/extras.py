"""Variables that need a package which images have only where a service lists it."""

from importlib.util import find_spec

from environs import validate

# By variable: what brings it, and a package of that.
EXTRAS = {
    "OTEL_EXPORTER_OTLP_ENDPOINT": ("chassis[otel]", "opentelemetry"),
    "SENTRY_DSN": ("chassis[sentry]", "sentry_sdk"),
}

# Who tells in the log that spans do not arrive.
EXPORTER = "opentelemetry.exporter.otlp.proto.http.trace_exporter"
# Who tells of each span that a full queue drops meanwhile.
QUEUE = "opentelemetry.sdk._shared_internal"

address = validate.Regexp(
    r"(https?://\S+)?\Z", error="Not an address, such as https://a.example."
)
# OpenTelemetry writes what it cannot read to the log, with the key in it.
headers = validate.Regexp(
    r"( *[\w.-]+ *=[ !#-+\--:<-\[\]-~]*(,|\Z))*\Z",
    error="Not NAME=VALUE, or several with commas between; other characters as %20.",
)
# Its last part is the project's number.
dsn = validate.Regexp(
    r"(https?://[^\s/@]+@(\[[0-9A-Fa-f:]+\]|[^\s/@:]+)(:[0-9]{1,5})?(/\S*)?/[0-9]+/?)?\Z",
    error="Not an address with key and project, such as https://KEY@errors.example/1.",
)
protocol = validate.OneOf(["http/protobuf"])


def demand(name: str, value: str) -> None:
    """Look whether a variable's extra is there, if the variable is set.

    Raises:
        SystemExit: it is not; the message says how to bring it.
    """
    if value:
        require(name, *EXTRAS[name])


def require(name: str, dependency: str, package: str) -> None:
    """Look whether a package is there that a variable needs.

    Raises:
        SystemExit: it is not; the message says how to bring it.
    """
    if find_spec(package) is None:
        raise SystemExit(
            f'settings: {name} needs "{dependency}" in the dependencies of '
            "pyproject.toml: add it, and build the images again."
        )
