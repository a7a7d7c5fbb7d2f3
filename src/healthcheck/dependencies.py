"""What this server needs to do its work. Each check answers soon and raises nothing."""

from django.db import Error, connection, transaction


def database_answers() -> bool:
    """Whether the database answers a query, in a second once it is connected."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = '1s'")
            cursor.execute("SELECT 1")
    except Error:
        return False
    return True
