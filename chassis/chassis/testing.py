"""A pytest plugin with what the tests of every service need.

pyproject.toml turns it on: `addopts = "-p chassis.testing"`. pytest imports it before
pytest-django sets Django up, so that functions import what needs the settings.
"""

from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest


@cache
def unmigrated(apps: Any) -> tuple[str, ...]:
    """Labels of the apps whose models have changes that no migration has, sorted.

    Args:
        apps: Django's registry of apps.
    """
    from django.db.migrations.autodetector import MigrationAutodetector
    from django.db.migrations.loader import MigrationLoader
    from django.db.migrations.state import ProjectState

    loader = MigrationLoader(None)
    detector = MigrationAutodetector(
        loader.project_state(), ProjectState.from_apps(apps)
    )
    return tuple(sorted(detector.changes(graph=loader.graph)))


@pytest.hookimpl(trylast=True)  # after pytest-django's, which sets Django up
def pytest_load_initial_conftests() -> None:
    """End the run with a sentence where the build could not write nginx's errors.

    Before the tests are imported: the URLs import folders that this looks for.

    Raises:
        UsageError: with the sentence.
    """
    from django.apps import apps

    from chassis import error_format

    if apps.ready and (sentence := error_format.fault()):
        raise pytest.UsageError(sentence)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """End the run with a sentence where the test's database would lack a change."""
    from django.apps import apps

    if item.get_closest_marker("django_db") and (labels := unmigrated(apps)):
        pytest.exit(
            f"The models of {', '.join(labels)} have changed without a migration: "
            "python src/manage.py makemigrations, and git add its file.",
            pytest.ExitCode.USAGE_ERROR,
        )


@pytest.fixture(autouse=True)
def _nothing_known_of_the_database() -> None:
    """No test starts with another's, which did not answer or lacked migrations."""
    from django.core.cache import caches

    from chassis.cache.backends import Forgiving
    from chassis.health.dependencies import _lacks_migrations, migrated, silence

    silence.end()
    for one in caches.all(initialized_only=True):
        if isinstance(one, Forgiving):
            one.silence.end()
    _lacks_migrations.cache_clear()
    migrated.forget()


@pytest.fixture(autouse=True)
def _fast_passwords(settings: Any) -> None:
    """Hashing slows down whoever guesses; tests do not guess."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def user(db: None) -> Any:
    """A user, who has no rights of staff."""
    from django.contrib.auth import get_user_model

    model: Any = get_user_model()
    return model._default_manager.create(**{model.USERNAME_FIELD: "user@example.com"})


@pytest.fixture
def api() -> Any:
    """Django REST framework's client: a stranger, who sends and takes JSON."""
    from rest_framework.test import APIClient

    return APIClient()


@pytest.fixture
def user_api(user: Any) -> Any:
    """The client of that user, however users prove who they are."""
    from rest_framework.test import APIClient

    client = APIClient()
    client.force_authenticate(user)
    return client


@pytest.fixture
def behind(transactional_db: None) -> Iterator[None]:
    """The database has no record of one of the migrations."""
    from django.db import connection
    from django.db.migrations.recorder import MigrationRecorder

    from chassis.health import unapplied

    app, name = min(set().union(*unapplied.migrations().values()))
    recorder = MigrationRecorder(connection)
    recorder.record_unapplied(app, name)
    yield
    recorder.record_applied(app, name)
