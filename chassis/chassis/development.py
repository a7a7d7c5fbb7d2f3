"""What lets Django's own server show a saved file within a second or so."""

import gc


def reload_sooner() -> None:
    """Look for saved files five times a second, and start again a fifth sooner.

    Django looks once a second. The garbage collector finds nothing while modules are
    imported, so it may run less often.
    """
    from django.utils.autoreload import StatReloader  # takes long, and only here

    # Seconds; Django has no setting for it, and a look takes 10 ms.
    StatReloader.SLEEP_TIME = 0.2  # type: ignore[assignment]
    gc.set_threshold(100_000)
