"""Checks of the settings, and of a deployment.

`manage.py check --deploy --database default` runs them all.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Tags, register
from django.db import connections
from django.urls import Resolver404, URLResolver, get_resolver, resolve
from django.utils.translation import to_locale

from chassis import error_format, throttling

TIMEOUTS = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")

# What the role of the connection could do beside reading and writing rows,
# and whether it can do that.
POWERS = """
SELECT
    rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls
    OR has_database_privilege(current_database(), 'CREATE')
    OR EXISTS (SELECT FROM pg_auth_members WHERE member = pg_roles.oid)
    OR EXISTS (SELECT FROM pg_namespace WHERE nspname !~ '^pg_' \
AND has_schema_privilege(oid, 'CREATE'))
    OR EXISTS (SELECT FROM tables WHERE relowner = pg_roles.oid \
OR has_table_privilege(oid, 'TRUNCATE, TRIGGER')),
    EXISTS (
        SELECT FROM tables, unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) \
AS privilege
        WHERE NOT has_table_privilege(oid, privilege)
    )
FROM pg_roles WHERE rolname = current_user
"""
TABLES = """
WITH tables AS (
    SELECT oid, relowner FROM pg_class WHERE relnamespace = 'public'::regnamespace \
AND relkind IN ('r', 'p')
)
"""


@register(Tags.urls)
def login_paths(
    app_configs: Sequence[AppConfig] | None, **_: Any
) -> list[CheckMessage]:
    """Whether each path of LOGIN_PATHS is a URL: nginx limits requests to them."""
    messages: list[CheckMessage] = []
    for path in settings.LOGIN_PATHS:
        try:
            resolve(path)
        except Resolver404:
            messages.append(
                checks.Error(
                    f"LOGIN_PATHS names {path}, which is no URL here.",
                    id="chassis.E001",
                )
            )
    return messages


@register(Tags.urls)
def promised_views(
    app_configs: Sequence[AppConfig] | None, **_: Any
) -> list[CheckMessage]:
    """Whether each view with objectives is there: another's alerts would never fire."""
    views = set(view_names(get_resolver()))
    return [
        checks.Error(
            f"[tool.template.objectives] views has {name}, which is no view here.",
            hint=f"The views are {', '.join(sorted(views))}.",
            id="chassis.E004",
        )
        for name in settings.PROJECT.promised
        if name not in views
    ]


def view_names(resolver: URLResolver, *namespaces: str) -> Iterator[str]:
    """The names that requests and their metrics have."""
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            own = [pattern.namespace] if pattern.namespace else []
            yield from view_names(pattern, *namespaces, *own)
        else:
            yield ":".join([*namespaces, pattern.name or pattern.lookup_str])


@register()
def usable_error_format(
    app_configs: Sequence[AppConfig] | None, **_: Any
) -> list[CheckMessage]:
    """Whether the class of ERROR_FORMAT writes every error."""
    sentence = error_format.fault()
    return [checks.Error(sentence, id="chassis.E002")] if sentence else []


@register()
def readable_rates(
    app_configs: Sequence[AppConfig] | None, **_: Any
) -> list[CheckMessage]:
    """Whether THROTTLE_RATES can be read: otherwise nobody would be held back."""
    sentence = throttling.fault(settings.THROTTLE_RATES)
    if sentence is None:
        return []
    return [checks.Error(f"THROTTLE_RATES: {sentence}", id="chassis.E005")]


@register()
def unread_rates(
    app_configs: Sequence[AppConfig] | None, **_: Any
) -> list[CheckMessage]:
    """Whether rates are set for throttles of the framework that no view has."""
    rates = settings.REST_FRAMEWORK.get("DEFAULT_THROTTLE_RATES", {})
    used = settings.REST_FRAMEWORK["DEFAULT_THROTTLE_CLASSES"]
    if used != ["chassis.throttling.Throttle"] or not {"anon", "user"} & set(rates):
        return []
    sentence = (
        'DEFAULT_THROTTLE_RATES of "anon" and "user" are for throttles of Django REST '
        "framework, and DEFAULT_THROTTLE_CLASSES has none."
    )
    hint = 'THROTTLE_RATES = {"anonymous": "60/minute"} limits by the chassis\'s.'
    return [checks.Warning(sentence, hint=hint, id="chassis.W004")]


@register(Tags.translation, deploy=True)
def kept_translations(
    app_configs: Sequence[AppConfig] | None,
    **_: Any,
) -> list[CheckMessage]:
    """Whether images keep the translations of LANGUAGE_CODE."""
    locale, kept = to_locale(settings.LANGUAGE_CODE), settings.PROJECT.languages
    if not settings.USE_I18N or not {locale, locale.split("_")[0]}.isdisjoint(kept):
        return []
    sentence = (
        f"LANGUAGE_CODE is {settings.LANGUAGE_CODE}, but images keep only the "
        f"translations of {', '.join(kept)}: "
        f"add {locale} to [tool.template] languages in pyproject.toml."
    )
    return [checks.Error(sentence, id="chassis.E003")]


@register(Tags.database, deploy=True)
def serving_role(
    app_configs: Sequence[AppConfig] | None,
    databases: Sequence[str] | None = None,
    **_: Any,
) -> list[CheckMessage]:
    """Whether the server's role reads and writes rows, no more, and has timeouts."""
    return [message for alias in databases or [] for message in role_of(alias)]


def role_of(alias: str) -> Iterator[CheckMessage]:
    """What is wrong with the role of a connection."""
    with connections[alias].cursor() as cursor:
        cursor.execute(TABLES + POWERS)
        too_much, too_little = cursor.fetchone()
        cursor.execute(
            "SELECT "
            f"{', '.join(f"current_setting('{name}') = '0'" for name in TIMEOUTS)}"
        )
        missing = [
            name for name, off in zip(TIMEOUTS, cursor.fetchone(), strict=True) if off
        ]
    if too_much:
        yield checks.Warning(
            f"The role of {alias} can do more than read and write rows.",
            hint="Serve with POSTGRES_SERVE_PASSWORD; "
            "docs/production.md tells how its role is made.",
            id="chassis.W001",
        )
    if missing:
        yield checks.Warning(
            f"Connections of {alias} have no {', '.join(missing)}.",
            hint="ALTER ROLE … IN DATABASE … SET them; docs/production.md tells how.",
            id="chassis.W002",
        )
    if too_little:
        yield checks.Warning(
            f"The role of {alias} cannot read and write rows of each table.",
            hint="GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public; "
            "migrate as the owner.",
            id="chassis.W003",
        )
