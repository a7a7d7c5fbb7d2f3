"""Who uses the service. Name the model by `settings.AUTH_USER_MODEL` or `get_user_model()`."""

from django.contrib.auth.models import AbstractUser


class User(AbstractUser):
    """Django's user, in a table of the service's own: a field can be added at any time."""
