"""That images keep the translations of LANGUAGE_CODE; run by `manage.py shell`."""

import os
import sys

from django.conf import settings
from django.utils.translation import to_locale

locale = to_locale(settings.LANGUAGE_CODE)
kept = os.environ["languages"].split()
if settings.USE_I18N and locale not in kept and locale.split("_")[0] not in kept:
    sys.exit(
        f"LANGUAGE_CODE is {settings.LANGUAGE_CODE}, but images keep only the translations of "
        f"{', '.join(kept)}: add {locale} to [tool.template] languages in pyproject.toml."
    )
