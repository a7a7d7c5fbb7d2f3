"""Names, as models and serializers use them."""

LONGEST = 40


def tidy(name: str) -> str:
    """Without space around, and with one space for each run within."""
    return " ".join(name.split())
