"""Checks of the settings, and of a deployment: `manage.py check --deploy --database default`."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Tags, register
from django.db import connections
from django.urls import Resolver404, resolve

TIMEOUTS = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")

# What the role of the connection could do beside reading and writing rows.
POWERS = """
SELECT
    rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls,
    has_database_privilege(current_database(), 'CREATE') OR has_schema_privilege('public', 'CREATE'),
    EXISTS (
        SELECT FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
            AND (pg_has_role(relowner, 'USAGE') OR has_table_privilege(oid, 'TRUNCATE, REFERENCES, TRIGGER'))
    )
FROM pg_roles WHERE rolname = current_user
"""


@register(Tags.urls)
def login_paths(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:
    """Whether each path of LOGIN_PATHS is there: nginx limits tries by these very paths."""
    messages: list[CheckMessage] = []
    for path in settings.LOGIN_PATHS:
        try:
            resolve(path)
        except Resolver404:
            messages.append(checks.Error(f"LOGIN_PATHS names {path}, which is no URL here.", id="templatesite.E001"))
    return messages


@register(Tags.database, deploy=True)
def serving_role(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **_: Any
) -> list[CheckMessage]:
    """Whether the server's role reads and writes rows, does no more, and gives up in time."""
    messages: list[CheckMessage] = []
    for alias in databases or []:
        with connections[alias].cursor() as cursor:
            cursor.execute(POWERS)
            if any(cursor.fetchone()):
                messages.append(
                    checks.Warning(
                        f"The role of {alias} can change tables, roles or databases.",
                        hint="Serve with POSTGRES_SERVE_PASSWORD; docs/production.md has the role's SQL.",
                        id="templatesite.W001",
                    )
                )
            cursor.execute(f"SELECT {', '.join(f"current_setting('{name}') = '0'" for name in TIMEOUTS)}")
            missing = [name for name, off in zip(TIMEOUTS, cursor.fetchone(), strict=True) if off]
            if missing:
                messages.append(
                    checks.Warning(
                        f"Connections of {alias} have no {', '.join(missing)}.",
                        hint="ALTER ROLE … IN DATABASE … SET them; docs/production.md has the SQL.",
                        id="templatesite.W002",
                    )
                )
    return messages
