"""What the project adds to Django's PostgreSQL."""


def message(error: Exception) -> str:
    """What PostgreSQL or its library says, on one line."""
    return " ".join(str(error).split())


def sqlstate(error: Exception) -> str | None:
    """PostgreSQL's code of an error of Django's; None where it came from elsewhere.

    Source: appendix A of PostgreSQL's documentation.
    """
    return getattr(error.__cause__, "pgcode", None)
