from pathlib import Path

import pytest
from django.core.checks import Tags, run_checks
from django.db import connection

from chassis import checks

pytestmark = pytest.mark.django_db


def found() -> list[str]:
    messages = run_checks(
        tags=[Tags.database], include_deployment_checks=True, databases=["default"]
    )
    return [message.id for message in messages]


def test_owner_without_timeouts_is_reported():
    assert found() == ["chassis.W001", "chassis.W002"]


def test_timeouts_in_force_are_enough():
    with connection.cursor() as cursor:
        for name in checks.TIMEOUTS:
            cursor.execute(f"SET LOCAL {name} = '1s'")
    assert found() == ["chassis.W001"]


def test_role_that_serves_is_enough(monkeypatch):
    monkeypatch.setattr(checks, "POWERS", "SELECT false, false")
    assert found() == ["chassis.W002"]


def test_table_without_rights_is_reported():
    with connection.cursor() as cursor:
        cursor.execute("REVOKE UPDATE ON tests_note FROM CURRENT_USER")
    assert "chassis.W003" in found()


def test_warnings_say_what_is_wrong_and_what_to_do():
    with connection.cursor() as cursor:
        cursor.execute("REVOKE UPDATE ON tests_note FROM CURRENT_USER")
        cursor.execute("SET LOCAL lock_timeout = '1s'")
    reported = [
        (message.msg, message.hint)
        for message in checks.serving_role(None, databases=["default"])
    ]
    assert reported == [
        (
            "The role of default can do more than read and write rows.",
            "Serve with POSTGRES_SERVE_PASSWORD; "
            "docs/production.md tells how its role is made.",
        ),
        (
            "Connections of default have no statement_timeout, "
            "idle_in_transaction_session_timeout.",
            "ALTER ROLE … IN DATABASE … SET them; docs/production.md tells how.",
        ),
        (
            "The role of default cannot read and write rows of each table.",
            "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public; "
            "migrate as the owner.",
        ),
    ]


def test_login_that_is_not_there_is_reported(settings):
    assert checks.login_paths(None) == []
    settings.LOGIN_PATHS = ["/admin/login/", "/login/"]
    (message,) = checks.login_paths(None)
    assert message.id == "chassis.E001"
    assert message.msg == "LOGIN_PATHS names /login/, which is no URL here."


def test_objective_of_a_view_that_is_not_there_is_reported(settings):
    there = ("note-list", "admin:login", "tests.urls.PlainView")
    settings.PROJECT = settings.PROJECT._replace(promised=(*there, "note-lst"))
    (message,) = checks.promised_views(None)
    assert message.id == "chassis.E004"
    assert message.msg == (
        "[tool.template.objectives] views has note-lst, which is no view here."
    )
    assert ", note-detail, note-list, " in message.hint


@pytest.mark.parametrize(
    ("language", "kept"),
    [("en-us", True), ("pt-br", True), ("de-at", True), ("pt", False), ("fr", False)],
)
def test_language_whose_translations_images_lack_is_reported(settings, language, kept):
    settings.PROJECT = settings.PROJECT._replace(languages=("en", "pt_BR", "de"))
    settings.LANGUAGE_CODE = language
    assert checks.kept_translations(None) == []
    settings.USE_I18N = True
    messages = run_checks(tags=[Tags.translation], include_deployment_checks=True)
    reported = [message.msg for message in messages if message.id == "chassis.E003"]
    sentence = (
        f"LANGUAGE_CODE is {language}, but images keep only the translations of en, "
        f"pt_BR, de: add {language} to [tool.template] languages in pyproject.toml."
    )
    assert reported == ([] if kept else [sentence])


def test_no_database_is_asked_unless_it_is_named():
    assert checks.serving_role(None) == []


def test_powers_are_asked_of_the_settings_sql_too():
    sql = (Path(checks.__file__).parent / "roles/serving/settings.sql").read_text()
    assert all(f"SET {name} = " in sql for name in checks.TIMEOUTS)
