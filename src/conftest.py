"""What the unit tests of every package share."""

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from healthcheck import unapplied
from healthcheck.dependencies import _lacks_migrations, _require_migrations, silence


@pytest.fixture(autouse=True)
def _nothing_known_of_the_database():
    """No test starts with another's, which did not answer or lacked migrations."""
    silence.end()
    _lacks_migrations.cache_clear()
    _require_migrations.cache_clear()


@pytest.fixture(autouse=True)
def _fast_passwords(settings):
    """Hashing slows down whoever guesses; tests do not guess."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def anonymous_writes(settings):
    settings.API_ANONYMOUS_WRITES = True


@pytest.fixture
def behind(transactional_db):
    """The database has no record of one of the migrations."""
    app, name = min(set().union(*unapplied.migrations().values()))
    recorder = MigrationRecorder(connection)
    recorder.record_unapplied(app, name)
    yield
    recorder.record_applied(app, name)
