"""The table of `chassis.cache.backends.Table`.

UNLOGGED: what it holds is written to no log, so that it is neither in a backup nor on a
replica, and is gone after a crash.
"""

from django.db import migrations

MAKE = """
CREATE UNLOGGED TABLE chassis_cache (
    cache_key text PRIMARY KEY,
    value text NOT NULL,
    expires timestamptz NOT NULL
);
CREATE INDEX chassis_cache_expires ON chassis_cache (expires);
"""


class Migration(migrations.Migration):
    initial = True
    operations = [migrations.RunSQL(MAKE, "DROP TABLE chassis_cache")]
