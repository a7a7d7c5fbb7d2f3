import re
import runpy
from pathlib import Path

import pytest
from django.core import signing
from django.utils.autoreload import StatReloader

from chassis import extras, settings

VARIABLES = Path(__file__).parents[2] / "docs/variables.md"
PRODUCTION = {
    "ALLOWED_HOSTS": "api.example.com",
    "DJANGO_SECRET_KEY": "k" * 50,
    "POSTGRES_PASSWORD": "p",
}


@pytest.fixture
def read(monkeypatch):
    """Read the settings in an environment of the given variables alone."""

    def read(**variables):
        for name in settings_variables():
            monkeypatch.delenv(name, raising=False)
            monkeypatch.delenv(f"{name}_FILE", raising=False)
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        result = runpy.run_path(settings.__file__)
        result["env"].seal()
        return result

    return read


def settings_variables() -> set[str]:
    """The variables of the page's table for Django."""
    table = VARIABLES.read_text().split("## server")[0]
    return set(re.findall(r"^\| `([A-Z_]+)`", table, re.MULTILINE))


def test_page_has_every_variable_and_no_other(read):
    assert settings_variables() == set(read(**PRODUCTION)["env"].dump())


def test_django_looks_often_for_saved_files_in_debug_mode_alone(read, monkeypatch):
    monkeypatch.setattr(StatReloader, "SLEEP_TIME", 1)
    read(**PRODUCTION)
    assert StatReloader.SLEEP_TIME == 1
    read(DEBUG_MODE="true")
    assert StatReloader.SLEEP_TIME < 0.5


@pytest.mark.parametrize(
    "dsn",
    [
        "https://errors.example/1",
        "https://key@errors.example",
        "https://key@errors.example/project",
        "https://key@errors.example:x/1",
    ],
)
def test_address_of_a_tracker_needs_key_and_project(read, dsn: str):
    with pytest.raises(SystemExit, match=r"settings: SENTRY_DSN: .*https://KEY@"):
        read(**PRODUCTION, SENTRY_DSN=dsn)


@pytest.mark.parametrize(
    "dsn",
    [
        "",
        "https://key@errors.example/1",
        "http://key:former@[::1]:9000/a/path/23/",
    ],
)
def test_address_of_a_tracker_may_be(read, dsn: str):
    assert read(**PRODUCTION, SENTRY_DSN=dsn)["SENTRY_DSN"] == dsn


@pytest.mark.parametrize(
    "url",
    [
        "redis://:hid/den@cache.example",
        "redis://:hid#den@cache.example",
        "redis://:12#hidden@cache.example",
        "redis://:hid?den@cache.example",
        "redis://:hid[den@cache.example",
        "redis://:hidden\u2100@cache.example",
        "redis://:hidden@",
        "redis:hidden",
        "redis://:hidden@cache.example:99999",
        "redis://:hidden@cache.example:0",
        "redis://:hidden@[::::]",
        "redis://:hidden@cache.example/0?bogus=1",
        "redis://:hidden@cache.example?db=abc",
        "redis://:hidden@cache.example?socket_timeout=x",
        "redis://:hidden@cache.example?protocol=9",
        "redis://:hidden@cache.example?ssl_ca_certs=/run/secrets/ca",
        "rediss://:hidden@cache.example?ssl_cert_reqs=nonsense",
        "memcached://cache.example,cache.example:99999",
    ],
)
def test_address_of_a_cache_is_not_told_where_it_is_malformed(read, monkeypatch, url):
    monkeypatch.setattr(extras, "find_spec", lambda _name: True)
    with pytest.raises(SystemExit, match="settings: CACHE_URL: ") as told:
        read(**PRODUCTION, CACHE_URL=url)
    assert "hid" not in str(told.value)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "redis://cache.example",
        "redis://user:a%2Fb@[2001:db8::1]:6379/0?protocol=3",
        "rediss://:a,b;c@192.0.2.1:6379",
        "rediss://a_b-c.example/?protocol=2&ssl_ca_certs=/run/secrets/ca.pem",
        "memcached://a.example:11211,b.example",
        "memcached://a.example,[2001:db8::1]:11211",
    ],
)
def test_address_of_a_cache_may_be(read, monkeypatch, url: str):
    monkeypatch.setattr(extras, "find_spec", lambda _name: True)
    found = read(**PRODUCTION, CACHE_URL=url)["CACHES"]["default"]
    assert ("LOCATION" in found) == bool(url)


@pytest.mark.parametrize(
    "headers", ["hidden", "key=hid;den", "a=b,hidden", 'a="hidden"']
)
def test_headers_for_a_collector_are_not_told_where_they_are_malformed(read, headers):
    with pytest.raises(SystemExit, match="OTEL_EXPORTER_OTLP_HEADERS: ") as told:
        read(**PRODUCTION, OTEL_EXPORTER_OTLP_HEADERS=headers)
    assert "hid" not in str(told.value)


@pytest.mark.parametrize("headers", ["", "a=b", "Authorization=Basic YQ==, x-b=c%20d,"])
def test_headers_for_a_collector_may_be(read, headers: str):
    found = read(**PRODUCTION, OTEL_EXPORTER_OTLP_HEADERS=headers)
    assert found["OTEL_EXPORTER_OTLP_HEADERS"] == headers


def test_protocol_is_judged_where_there_is_a_collector(read):
    read(**PRODUCTION, OTEL_EXPORTER_OTLP_PROTOCOL="grpc")
    with pytest.raises(SystemExit, match="settings: OTEL_EXPORTER_OTLP_PROTOCOL: "):
        read(
            **PRODUCTION,
            OTEL_EXPORTER_OTLP_PROTOCOL="grpc",
            OTEL_EXPORTER_OTLP_ENDPOINT="http://collector.example:4317",
        )


@pytest.mark.parametrize("missing", PRODUCTION)
def test_production_names_what_is_missing(read, missing):
    variables = {name: value for name, value in PRODUCTION.items() if name != missing}
    with pytest.raises(
        SystemExit, match=f"settings: {missing}: Environment variable not set"
    ):
        read(**variables)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ALLOWED_HOSTS", ""),
        ("BEHIND_TLS", "2"),
        ("CACHE_URL", "cache.example"),
        ("CACHE_URL", "http://cache.example"),
        ("CONSOLE_LOGS", "loud"),
        ("CORS_ALLOWED_ORIGINS", "https://app.example,app.example"),
        ("CORS_ALLOWED_ORIGINS", "https://app.example/"),
        ("CORS_ALLOWED_ORIGINS", "*"),
        ("DEBUG_MODE", "perhaps"),
        ("DJANGO_SECRET_KEY", "short"),
        ("DJANGO_SECRET_KEY_FALLBACKS", f"{'k' * 50},short"),
        ("HSTS_PRELOAD", "soon"),
        ("POSTGRES_CONNECT_TIMEOUT", "0"),
        ("POSTGRES_PORT", "65536"),
        ("POSTGRES_PORT", "http"),
        ("POSTGRES_SSLMODE", "perhaps"),
    ],
)
def test_malformed_value_is_named(read, name, value):
    with pytest.raises(SystemExit, match=f"settings: {name}: "):
        read(**{**PRODUCTION, name: value})


def test_production_is_behind_tls(read):
    result = read(**PRODUCTION)
    assert result["SECURE_SSL_REDIRECT"]
    assert result["SESSION_COOKIE_SECURE"]
    assert result["CSRF_COOKIE_SECURE"]
    assert result["SECURE_HSTS_SECONDS"] > 0
    assert not result["SECURE_HSTS_INCLUDE_SUBDOMAINS"]
    assert not result["SECURE_HSTS_PRELOAD"]
    assert not result["DEBUG"]


def test_hsts_reaches_as_far_as_is_chosen(read):
    result = read(**PRODUCTION, HSTS_INCLUDE_SUBDOMAINS="true", HSTS_PRELOAD="true")
    assert result["SECURE_HSTS_INCLUDE_SUBDOMAINS"]
    assert result["SECURE_HSTS_PRELOAD"]


def test_preload_needs_subdomains(read):
    with pytest.raises(SystemExit, match="HSTS_PRELOAD needs HSTS_INCLUDE_SUBDOMAINS"):
        read(**PRODUCTION, HSTS_PRELOAD="true")


def test_space_around_the_items_of_a_list_means_nothing(read, tmp_path):
    keys = ["a" * 50, "b" * 50]
    (tmp_path / "keys").write_text(",\n".join(keys) + "\n")
    assert (
        read(**PRODUCTION, DJANGO_SECRET_KEY_FALLBACKS_FILE=str(tmp_path / "keys"))[
            "SECRET_KEY_FALLBACKS"
        ]
        == keys
    )


def test_former_keys_still_verify(read, settings):
    old, new = "o" * 50, "n" * 50
    settings.SECRET_KEY = old
    signed = signing.dumps("session")
    rotated = read(
        **{**PRODUCTION, "DJANGO_SECRET_KEY": new, "DJANGO_SECRET_KEY_FALLBACKS": old}
    )
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = (
        rotated["SECRET_KEY"],
        rotated["SECRET_KEY_FALLBACKS"],
    )
    assert signing.loads(signed) == "session"
    settings.SECRET_KEY_FALLBACKS = []
    with pytest.raises(signing.BadSignature):
        signing.loads(signed)


def test_server_uses_the_role_that_serves_where_its_password_is_given(read):
    owner = read(**PRODUCTION, POSTGRES_USER="acme")["DATABASES"]["default"]
    assert (owner["USER"], owner["PASSWORD"]) == ("acme", "p")
    serving = {**PRODUCTION, "POSTGRES_USER": "acme", "POSTGRES_SERVE_PASSWORD": "s"}
    del serving["POSTGRES_PASSWORD"]
    served = read(**serving)["DATABASES"]["default"]
    assert (served["USER"], served["PASSWORD"]) == ("acme_serve", "s")


def test_pooler_finds_nothing_of_a_session(read):
    database = read(**PRODUCTION)["DATABASES"]["default"]
    assert database["DISABLE_SERVER_SIDE_CURSORS"]
    assert "options" not in database["OPTIONS"]


def test_debug_mode_needs_no_variables(read):
    result = read(DEBUG_MODE="true")
    assert result["DEBUG"]
    assert "SECURE_SSL_REDIRECT" not in result


def test_logs_go_to_stderr_without_a_socket(read):
    assert read(**PRODUCTION)["LOGGING"]["root"]["handlers"] == ["console"]


def test_logs_go_to_the_socket(read):
    assert read(**PRODUCTION, SYSLOG_SOCKET="/run/log")["LOGGING"]["root"][
        "handlers"
    ] == ["syslog"]


def test_console_logs_come_beside_the_socket(read):
    logging = read(**PRODUCTION, SYSLOG_SOCKET="/run/log", CONSOLE_LOGS="true")[
        "LOGGING"
    ]
    assert logging["root"]["handlers"] == ["syslog", "console"]
    assert logging["handlers"]["console"]["level"] == "DEBUG"


def test_statements_are_logged_where_debugging_asks_for_them(read):
    logging = read(DEBUG_MODE="true", SQL_LOGS="true")["LOGGING"]
    assert logging["loggers"]["django.db.backends"]["level"] == "DEBUG"
    assert logging["loggers"]["django.db.backends"]["handlers"] == ["sql"]
    assert logging["root"]["handlers"] == ["console"]
    production = read(**PRODUCTION, SQL_LOGS="true")["LOGGING"]
    assert production["loggers"]["django.db.backends"] == {"level": "INFO"}


@pytest.mark.parametrize("variables", [{"DEBUG_MODE": "true"}, PRODUCTION])
def test_files_of_users_have_a_storage_that_a_service_may_replace(read, variables):
    assert set(read(**variables)["STORAGES"]) == {"default", "staticfiles"}
