"""What the project adds to Django's PostgreSQL."""

UNDEFINED = ("42P01", "42703")  # table, column
# A row that another one refers to or that is gone, a unique value, an exclusion; and
# Django's own refusal to delete a protected row, which has no code.
CONFLICT = ("23001", "23503", "23505", "23P01", None)
# Too long, out of range, not a time, characters that UTF-8 lacks, a broken regular
# expression, not text of the type, characters that JSON lacks; and what a driver itself
# refuses, without a code.
BAD_VALUE = (
    "22001",
    "22003",
    "22007",
    "22008",
    "22021",
    "2201B",
    "22P02",
    "22P05",
    None,
)

# A text that no index can hold, or an expression of too many parts.
TOO_LARGE = ("54000", "54001")


def message(error: Exception) -> str:
    """What PostgreSQL or its library says, on one line."""
    return " ".join(str(error).split())


def sqlstate(error: BaseException) -> str | None:
    """PostgreSQL's code of an error of Django's; None where it came from elsewhere.

    Source: appendix A of PostgreSQL's documentation.
    """
    return code(error.__cause__)


def code(error: BaseException | None) -> str | None:
    """PostgreSQL's code of an error of a driver; None where it has none."""
    found: str | None = getattr(getattr(error, "diag", None), "sqlstate", None)
    return found


def undefined(error: BaseException | None) -> str | None:
    """What PostgreSQL says of a missing table or column, if that caused an error."""
    seen: list[BaseException] = []
    pending = [error]
    while pending:
        error = pending.pop()
        if error is None or error in seen:
            continue
        if code(error) in UNDEFINED:
            return str(error).partition("\n")[0]  # what follows quotes the statement
        seen.append(error)
        # Both, as Django's cause of a broken transaction may be an earlier one's error.
        pending += [error.__context__, error.__cause__]
    return None
