"""What lets Django's own server show a saved file within a second or so."""

import gc

from django.utils.autoreload import StatReloader


def reload_sooner() -> None:
    """Look for saved files five times a second, and start again a fifth sooner.

    Django looks once a second. The collector of garbage finds none while modules are imported.
    """
    StatReloader.SLEEP_TIME = 0.2  # type: ignore[assignment] # seconds; a look takes 10 ms
    gc.set_threshold(100_000)
