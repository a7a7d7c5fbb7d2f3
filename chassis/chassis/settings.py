"""The settings of every service.

They come from environment variables only, which docs/variables.md lists. A service's
settings module imports all of these, adds its own, and ends with `env.seal()`.
"""

from importlib.util import find_spec
from typing import Any

from corsheaders.defaults import default_headers
from csp.constants import NONE, SELF
from environs import validate

from chassis import cache, development, extras, mail, project, tasks
from chassis.environment import Environment, each
from chassis.postgresql import driver

PROJECT = project.read()
driver.choose(PROJECT.driver)  # before an application imports Django's backend

env = Environment()

# Only debug mode has defaults for what production must choose.
DEBUG = env.bool("DEBUG_MODE", False)

if DEBUG:
    development.reload_sooner()
    SECRET_KEY = env.str(
        "DJANGO_SECRET_KEY",
        "for-debug-mode-only-and-never-in-production-as-everybody-knows-it",
        validate=validate.Length(min=1),
    )
    ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"])
else:
    SECRET_KEY = env.str("DJANGO_SECRET_KEY", validate=validate.Length(min=50))
    ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", validate=validate.Length(min=1))
# These keys verify but do not sign: what a former key signed stays valid.
SECRET_KEY_FALLBACKS: list[str] = env.words(
    "DJANGO_SECRET_KEY_FALLBACKS",
    [],
    validate=each(validate.Length(min=1 if DEBUG else 50)),
)
CSRF_TRUSTED_ORIGINS: list[str] = env.words("CSRF_TRUSTED_ORIGINS", [])

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "corsheaders",
    "csp",
    "django_prometheus",
    "drf_spectacular",
    "knox",
    "rest_framework",
    "chassis",
    "chassis.idempotency",
    *tasks.applications(),
]

# The package has only static files; the image `server` has those files, but not the
# package.
if find_spec("drf_spectacular_sidecar"):  # pragma: no branch - the tests have it
    INSTALLED_APPS.append("drf_spectacular_sidecar")

MIDDLEWARE = [
    "chassis.middleware.RequestIDMiddleware",
    # Before the middleware that counts requests, checks the host or redirects to HTTPS.
    "chassis.health.middleware.ProbeMiddleware",
    "chassis.middleware.PrometheusMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "chassis.middleware.CorsMiddleware",
    "chassis.middleware.ResponseHeadersMiddleware",
    "chassis.middleware.SessionMiddleware",
    "chassis.middleware.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "chassis.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "chassis.middleware.ViewMiddleware",
]

CSRF_FAILURE_VIEW = "chassis.errors.csrf_failure"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# The owner of the tables runs migrations; the server's role, `…_serve`, reads and
# writes rows. The timeouts are settings of this role: a pooler refuses or mixes up
# those of a connection.
POSTGRES_USER = env.str("POSTGRES_USER", PROJECT.database)
POSTGRES_SERVE_PASSWORD = env.str("POSTGRES_SERVE_PASSWORD", "")
if POSTGRES_SERVE_PASSWORD:
    LOGIN = {"USER": f"{POSTGRES_USER}_serve", "PASSWORD": POSTGRES_SERVE_PASSWORD}
else:
    PASSWORD = (
        env.str("POSTGRES_PASSWORD", "") if DEBUG else env.str("POSTGRES_PASSWORD")
    )
    LOGIN = {"USER": POSTGRES_USER, "PASSWORD": PASSWORD}

DATABASES = {
    "default": {
        "ENGINE": "chassis.postgresql",
        "HOST": env.str("POSTGRES_HOST", "localhost"),
        "PORT": env.int("POSTGRES_PORT", 5432, validate=validate.Range(1, 65535)),
        "NAME": env.str("POSTGRES_DB", PROJECT.database),
        **LOGIN,
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        # A pooler would give them to another client. Source: "Transaction pooling and
        # server-side cursors" in Django's documentation.
        "DISABLE_SERVER_SIDE_CURSORS": True,
        "OPTIONS": {
            # If the network loses all packets, the connection ends within seconds.
            "keepalives_idle": 5,
            "keepalives_interval": 2,
            "keepalives_count": 3,
            "tcp_user_timeout": 10_000,  # milliseconds
            "connect_timeout": env.int(
                "POSTGRES_CONNECT_TIMEOUT", 3, validate=validate.Range(1, 60)
            ),
            "sslmode": env.str(
                "POSTGRES_SSLMODE",
                "prefer",
                validate=validate.OneOf(
                    [
                        "disable",
                        "allow",
                        "prefer",
                        "require",
                        "verify-ca",
                        "verify-full",
                    ]
                ),
            ),
            "sslrootcert": env.str("POSTGRES_SSLROOTCERT", ""),
        },
    },
}
# How long requests wait for a database that is away, since it is.
DATABASE_WAIT_SECONDS = env.int(
    "POSTGRES_WAIT_SECONDS", 5, validate=validate.Range(0, 20)
)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# What all workers and servers share: a table, or the server that CACHE_URL names.
CACHE_URL = env.str("CACHE_URL", "", validate=cache.address)
# Of one that is malformed, nothing is left until `seal`.
CACHES = {"default": cache.configure(CACHE_URL or "", PROJECT.name)}

# Without EMAIL_URL nothing can be sent, and nobody is offered a new password.
EMAIL_URL = env.str("EMAIL_URL", "console:" if DEBUG else "", validate=mail.address)
DEFAULT_FROM_EMAIL = env.str(
    "DEFAULT_FROM_EMAIL",
    *([] if EMAIL_URL and not DEBUG else ["service@localhost"]),
    validate=mail.sender if EMAIL_URL else None,
)
vars().update(mail.settings_of(EMAIL_URL))
MAIL_BACKEND: str = vars()["EMAIL_BACKEND"]
if EMAIL_URL and "chassis.tasks" in INSTALLED_APPS:
    EMAIL_BACKEND = "chassis.mail.backends.Queue"  # whose worker uses MAIL_BACKEND

# One alone: an account with another one's hash would show itself by the time that a
# wrong password takes.
PASSWORD_HASHERS = ["chassis.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": name}
    for name in (
        "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "django.contrib.auth.password_validation.MinimumLengthValidator",
        "django.contrib.auth.password_validation.CommonPasswordValidator",
        "django.contrib.auth.password_validation.NumericPasswordValidator",
        "chassis.credentials.TokensEnd",
    )
]

# Paths that check passwords: nginx limits requests to them, per client and in total.
# Add the service's own logins.
LOGIN_PATHS = ["/admin/login/", "/api-auth/login/"]
if EMAIL_URL:
    LOGIN_PATHS.append("/admin/password_reset/")  # each of which sends mail
LOGIN_URL = "rest_framework:login"
LOGIN_REDIRECT_URL = "home"

# All settings for HTTPS; a proxy that ends TLS sets X-Forwarded-Proto.
BEHIND_TLS = env.bool("BEHIND_TLS", not DEBUG)
if BEHIND_TLS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = True
    SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60
    # Both affect other services of the domain; the second takes long to undo. The two
    # silenced warnings ask for them.
    SECURE_HSTS_INCLUDE_SUBDOMAINS = env.bool("HSTS_INCLUDE_SUBDOMAINS", False)
    SECURE_HSTS_PRELOAD = env.bool("HSTS_PRELOAD", False)
    SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True

# Pages load everything from this service only. chassis.middleware sends it with pages.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "base-uri": [NONE],
        "connect-src": [SELF],
        "font-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "img-src": [SELF, "data:"],  # data: for icons in style sheets
        "script-src": [SELF],
        "style-src": [SELF],
    },
}

# Pages of these origins may use the API in a browser, with tokens but not with cookies.
CORS_ALLOWED_ORIGINS: list[str] = env.words(
    "CORS_ALLOWED_ORIGINS",
    [],
    validate=each(
        validate.Regexp(
            r"https?://[a-z0-9.-]+(:[0-9]+)?\Z",
            error="Not an origin, such as https://a.example.",
        )
    ),
)
CORS_URLS_REGEX = r"^/(?!admin/|api-auth/)"
CORS_ALLOW_HEADERS = [
    *default_headers,
    "idempotency-key",
    "if-match",
    "if-none-match",
    "traceparent",  # which tracing in browsers sends
    "tracestate",
    "x-request-id",
]
# nginx.conf has the same list.
CORS_EXPOSE_HEADERS = [
    "ETag",
    "Idempotent-Replayed",
    "Link",
    "Location",
    "Retry-After",
    "X-REQUEST-ID",
    "traceparent",
]

LANGUAGE_CODE = "en-us"
TIME_ZONE = "UTC"
USE_I18N = False
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = env.str("STATIC_ROOT", "static")
STORAGES: dict[str, Any] = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
if not DEBUG:
    # File names contain hashes; collectstatic writes staticfiles.json, which maps to
    # these names.
    STORAGES["staticfiles"] = {
        "BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"
    }

# The class that formats the body of every error, also of errors from nginx. A service
# can name its own class.
ERROR_FORMAT = "chassis.error_format.ErrorFormat"

# With types that a service may extend by anything.
REST_FRAMEWORK: dict[str, Any] = {
    # Tokens first, so that a request without credentials gets 401.
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "chassis.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    # Only JSON: forms have no types, and change text that is not UTF-8.
    "DEFAULT_PARSER_CLASSES": ["chassis.parsers.JSONParser"],
    "DEFAULT_PAGINATION_CLASS": "chassis.pagination.KeysetPagination",
    "DEFAULT_PERMISSION_CLASSES": [
        "rest_framework.permissions.IsAuthenticatedOrReadOnly"
    ],
    "EXCEPTION_HANDLER": "chassis.errors.api_error",
    "DEFAULT_SCHEMA_CLASS": "chassis.schema.Schema",
    "DEFAULT_THROTTLE_CLASSES": ["chassis.throttling.Throttle"],
    "NUM_PROXIES": 0,  # nginx has set the client's address
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
    "URL_FIELD_NAME": "href",
}

# How often a client may ask the API, such as
# {"anonymous": "60/minute", "user": "600/minute"}; where there is none, nobody counts.
THROTTLE_RATES: dict[str, str] = {}

SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": PROJECT.name,
    "DESCRIPTION": PROJECT.description,
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "COMPONENT_SPLIT_REQUEST": True,
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "chassis.schema.complete",
    ],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
}

# Of the extra `tasks`: a service may name more queues, each of which needs a worker.
TASKS: dict[str, Any] = {
    "default": {
        "BACKEND": "django_tasks_db.DatabaseBackend",
        "QUEUES": ["default"],
    }
}

# Seconds, with fine steps in the range of milliseconds. A threshold of an objective is
# one of them: nix/service/objectives.nix reads them here.
PROMETHEUS_LATENCY_BUCKETS = (
    0.001,
    0.0025,
    0.005,
    0.01,
    0.025,
    0.05,
    0.1,
    0.25,
    0.5,
    1,
    2.5,
    5,
    10,
)
PROMETHEUS_EXPORT_MIGRATIONS = False  # it would ask the database at every start

# Images have it. Only the metrics port and the log name it: clients learn no version.
SERVICE_VERSION = env.str("SERVICE_VERSION", "unknown")

# Where spans and errors go to, if anywhere; what sends them are extras of the chassis.
OTEL_EXPORTER_OTLP_ENDPOINT = env.str(
    "OTEL_EXPORTER_OTLP_ENDPOINT", "", validate=extras.address
)
OTEL_EXPORTER_OTLP_HEADERS = env.str(
    "OTEL_EXPORTER_OTLP_HEADERS", "", validate=extras.headers
)
# A platform may set it to gRPC for all that it runs.
env.str(
    "OTEL_EXPORTER_OTLP_PROTOCOL",
    "http/protobuf",
    validate=extras.protocol if OTEL_EXPORTER_OTLP_ENDPOINT else None,
)
extras.demand("OTEL_EXPORTER_OTLP_ENDPOINT", OTEL_EXPORTER_OTLP_ENDPOINT)
SENTRY_DSN = env.str("SENTRY_DSN", "", validate=extras.dsn)
SENTRY_ENVIRONMENT = env.str("SENTRY_ENVIRONMENT", "production")
extras.demand("SENTRY_DSN", SENTRY_DSN)

SYSLOG_SOCKET = env.str("SYSLOG_SOCKET", "")
SYSLOG_STATS = env.str("SYSLOG_STATS", "")
NGINX_STATUS = env.str("NGINX_STATUS", "")
CONSOLE_LOGS = env.bool("CONSOLE_LOGS", False)
SQL_LOGS = env.bool("SQL_LOGS", False) and DEBUG

handlers: dict[str, dict[str, Any]] = {}
if SYSLOG_SOCKET:
    handlers["syslog"] = {
        "class": "chassis.logging.SyslogHandler",
        "level": "INFO",
        "address": SYSLOG_SOCKET,
    }
if CONSOLE_LOGS:
    handlers["console"] = {"class": "logging.StreamHandler", "level": "DEBUG"}
elif not SYSLOG_SOCKET:
    handlers["console"] = {"class": "logging.StreamHandler", "level": "INFO"}
if SQL_LOGS:
    handlers["sql"] = {"class": "logging.StreamHandler", "level": "DEBUG"}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {
        "request_id": {"()": "chassis.logging.RequestID"},
        "trace_id": {"()": "chassis.logging.TraceID"},
        "no_values": {"()": "chassis.logging.NoValues"},
        "seldom": {"()": "chassis.logging.Seldom"},
        "seldom_cache": {"()": "chassis.logging.Seldom"},
    },
    "formatters": {
        "line": {
            "format": "[%(request_id)s] [%(trace_id)s] "
            "%(levelname)s %(name)s %(message)s"
        }
    },
    "handlers": {
        name: {**handler, "filters": ["request_id", "trace_id"], "formatter": "line"}
        for name, handler in handlers.items()
    },
    "root": {
        "handlers": [name for name in handlers if name != "sql"],
        "level": "DEBUG",
    },
    "loggers": {
        # Django's own handlers would write each line twice.
        "django": {"handlers": [], "level": "DEBUG"},
        "django.server": {"handlers": [], "propagate": True},
        # At level DEBUG, it writes SQL statements with their values.
        "django.db.backends": (
            {"level": "DEBUG", "handlers": ["sql"], "propagate": False}
            if SQL_LOGS
            else {"level": "INFO"}
        ),
        # It tells of each attempt while its collector is away.
        extras.EXPORTER: {"level": "ERROR", "filters": ["seldom"]},
        extras.QUEUE: {"level": "ERROR"},
        # It tells of each look into the queue.
        "django_tasks_db": {"level": "WARNING"},
        # So does each request while the cache is away.
        "chassis.cache.backends": {"filters": ["seldom_cache"]},
        # nginx's access line already has each 4xx.
        "django.request": {"level": "ERROR"},
        # Otherwise a traceback for each unknown Host, or form with too many fields.
        "django.security": {"level": "CRITICAL"},
        "django.security.csrf": {"level": "WARNING", "filters": ["no_values"]},
    },
}

if (
    BEHIND_TLS
    and SECURE_HSTS_PRELOAD is True
    and SECURE_HSTS_INCLUDE_SUBDOMAINS is False
):
    raise SystemExit("settings: HSTS_PRELOAD needs HSTS_INCLUDE_SUBDOMAINS.")
