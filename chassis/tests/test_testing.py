from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import models
from django.test.utils import isolate_apps

from chassis import testing


@pytest.fixture
def item() -> SimpleNamespace:
    """A test that wants the database."""
    return SimpleNamespace(get_closest_marker=lambda name: name == "django_db")


def test_models_with_their_migrations_are_tested(item):
    assert testing.unmigrated(apps) == ()
    testing.pytest_runtest_setup(item)


@isolate_apps("tests")
def test_model_without_a_migration_ends_the_run_with_a_sentence(item, monkeypatch):
    class Added(models.Model):  # noqa: DJ008
        class Meta:
            app_label = "tests"

    labels = testing.unmigrated(Added._meta.apps)
    monkeypatch.setattr(testing, "unmigrated", lambda _: labels)
    with pytest.raises(
        pytest.exit.Exception, match="tests have changed without a migration: "
    ):
        testing.pytest_runtest_setup(item)
